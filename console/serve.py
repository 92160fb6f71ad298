"""Serve the console: on loopback by plain HTTP, anywhere else only by TLS and with second factors."""

import gc
import secrets
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from casework import accounts, factors
from console.app import create_app
from console.security import LOOPBACK, Gate
from store.errors import UsageError
from store.garbage import seldom
from store.loopback import is_loopback
from store.workspace import Workspace, open_workspace


def serve(
    workspace: Workspace,
    host: str | None = None,
    port: int | None = None,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    names: Sequence[str] = (),
    open_link: bool = False,
    workers: int = 1,
) -> None:
    """Serve until stopped. `names` are host names it answers to beside its address (a proxy's); with more than one of
    `workers` so many processes share its port. Raises UsageError."""
    host, port = host or workspace.settings.console_host, port or workspace.settings.console_port
    local = is_loopback(host)
    check_binding(host, certificate, key)
    wide = not local or bool(names)
    if wide:
        check_factors(workspace)
    if open_link and wide:
        raise UsageError(
            "--open makes a sign-in link for this machine alone; add an account instead: sidelight users add"
        )
    if open_link and workers > 1:
        raise UsageError(
            "--open makes a link that is good once, which only a single process can see to: leave --workers"
        )
    secret = secrets.token_urlsafe(32) if open_link else None
    secure = certificate is not None or bool(names)
    made = partial(create_app, hosts=(*LOOPBACK, host, *names), secure=secure, open_secret=secret, factors=wide)
    address = f"{'https' if certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    if certificate is not None and key is not None:
        check_certificate(certificate, key)
    check_free(host, port)
    _greet(workspace, address, secret, wide=wide)
    config = uvicorn.Config(
        partial(_settled, made, workspace.root, secrets.token_bytes(32)),
        factory=True,
        host=host,
        port=port,
        workers=workers,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        # No access log: addresses say who looked at what, and the audit log keeps that sealed.
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_worker_healthcheck=60,  # on a busy machine a process needs longer to begin than the five seconds of old
    )
    # Ctrl-C is how it is meant to end; by then the server has answered what was asked.
    with suppress(KeyboardInterrupt):
        if workers == 1:
            uvicorn.Server(config).run()
        else:
            Multiprocess(config, [config.bind_socket()]).run()


def _settled(made: Callable[..., Gate], root: Path, form_key: bytes) -> Gate:
    """The console as one of the serving processes makes it for itself."""
    app = made(open_workspace(root), form_key=form_key)
    settle()
    return app


def settle() -> None:
    """Set apart what lives as long as the process (modules, lexicons, towns), and look for garbage seldom, or the collector
    goes through all of it again and again while pages are made."""
    seldom()
    gc.collect()
    gc.freeze()


def check_binding(host: str, certificate: Path | None, key: Path | None) -> None:
    """Raise UsageError where pages would cross a network in the clear."""
    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key go together: the PEM files of a TLS certificate and its key")
    if not is_loopback(host) and certificate is None:
        raise UsageError(
            f"{host} is not this machine's loopback, and without TLS every page would cross the network in the clear; "
            "give --certificate and --key, or keep 127.0.0.1 and put a proxy with TLS before it (docs/operating.md)"
        )


def check_certificate(certificate: Path, key: Path) -> None:
    """Raise UsageError where these files are no certificate with its key."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except OSError as problem:
        why = (problem.reason or "none is in there") if isinstance(problem, ssl.SSLError) else problem.strerror
        raise UsageError(f"{certificate} and {key} cannot be used as a certificate with its key (PEM): {why}") from None


def check_free(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen there, before anybody is told to open it."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as problem:
        raise UsageError(
            f"the console cannot listen on {host} at port {port}: {problem.strerror}; "
            "end the program that has it, or take another with --port"
        ) from None


def check_factors(workspace: Workspace) -> None:
    """Raise UsageError where an account that can be reached from elsewhere opens by a password alone."""
    with workspace.read() as connection:
        lacking = factors.lacking(connection)
    if lacking:
        raise UsageError(
            f"beyond this machine every account needs a second factor; {', '.join(lacking[:5])} "
            f"{'has' if len(lacking) == 1 else 'have'} none: sidelight users factor {lacking[0]}"
        )


def _greet(workspace: Workspace, address: str, secret: str | None, *, wide: bool) -> None:
    with workspace.read() as connection:
        empty = accounts.count(connection) == 0
    lines = [f"Sidelight's console is at {address} (Ctrl-C stops it)"]
    if secret is not None:
        lines.append(f"Open it, once, with: {address}/open?secret={secret}")
    elif empty:
        local = "" if wide else "; or start with --open to get a sign-in link for this machine"
        lines.append(f"There is no account yet. Add one with: sidelight users add NAME --role analyst{local}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
