"""The console of a workspace on a free port of loopback, for as long as a bench, a proof or a test needs it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from console.app import create_app
from store.workspace import Workspace


@contextmanager
def served(workspace: Workspace, open_secret: str | None = None) -> Iterator[str]:
    """Serve it in a thread; yields its address. `open_secret` opens one local session, once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(workspace, open_secret=open_secret)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
