"""Single sign-on by OpenID Connect: the authorisation code flow with PKCE, state and nonce, by authlib.

The provider says who somebody is; what they may do stays here: an operator made the account and linked it to the
provider's subject. A person the provider knows and this workspace does not gets no account by signing in.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select

from casework import accounts
from casework.records import Account
from casework.tables import accounts as accounts_table
from store import audit, keys
from store.audit import Act, Via
from store.errors import SettingsError, SidelightError
from store.workspace import Workspace

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
TIMEOUT = 10.0  # seconds
LEEWAY = 60  # seconds that the provider's clock may be off
KEY = "oidc-flows"
BACK = "/sign-in/back"
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderError(SidelightError):
    """The provider did not answer as it should, or what came back is not of this flow."""


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the person, and what their browser keeps, sealed, until they come back."""

    address: str
    kept: str


def start(workspace: Workspace) -> Started:
    """Begin a flow. Raises SettingsError, ProviderError."""
    known = _discover(workspace)
    flow = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    with _client(workspace) as client:
        address, _ = client.create_authorization_url(
            known["authorization_endpoint"], state=flow["state"], nonce=flow["nonce"], code_verifier=flow["verifier"]
        )
    return Started(address, keys.seal(workspace, KEY, orjson.dumps(flow).decode()).decode())


def finish(workspace: Workspace, kept: str, answer: Mapping[str, str], *, factor: bool) -> Account:
    """The account of whoever comes back; with `factor` they must have used a second one. Raises ProviderError."""
    opened = keys.unseal(workspace, KEY, kept.encode("utf-8", "replace")) if kept else None
    flow = orjson.loads(opened) if opened else None
    if flow is None or not secrets.compare_digest(flow["state"], answer.get("state", "")):
        raise ProviderError("this answer belongs to no sign-in that began in this browser; begin again")
    if "code" not in answer:
        raise ProviderError("the provider let nobody in")
    known = _discover(workspace)
    try:
        with _client(workspace) as client:
            token = client.fetch_token(
                known["token_endpoint"],
                code=answer["code"],
                code_verifier=flow["verifier"],
                grant_type="authorization_code",
            )
        key_set = KeySet.import_key_set(_fetch(known["jwks_uri"]))
        told = jwt.decode(token["id_token"], key_set, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            told.claims,
            told.header,
            {"iss": {"value": known["issuer"]}, "aud": {"value": workspace.settings.oidc_client_id}},
            {
                "nonce": flow["nonce"],
                "client_id": workspace.settings.oidc_client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=LEEWAY)
    except (OAuthError, JoseError, httpx2.HTTPError, KeyError, ValueError, TypeError) as problem:
        # The kind alone: its text may hold tokens.
        raise ProviderError(f"the provider's answer cannot be relied on ({type(problem).__name__})") from None
    if factor and not _strong(claims, workspace.settings.oidc_factor):
        raise ProviderError("the provider did not ask for a second factor, and this console needs one")
    return _account(workspace, str(claims["sub"]))


def _account(workspace: Workspace, subject: str) -> Account:
    with workspace.read() as connection:
        found = accounts.of_subject(connection, subject)
        closed = connection.execute(select(accounts_table.c.name).where(accounts_table.c.subject == subject)).first()
    if found is None:
        audit.append(
            workspace, Act("unknown", Via.CONSOLE, "sign-in refused", "account", subject, facts={"how": "sso"})
        )
        if closed:
            raise ProviderError("this account is disabled")
        raise ProviderError(f"nobody here is linked to you yet; an operator can: sidelight users link NAME {subject}")
    return found


def _strong(claims: Mapping[str, Any], wanted: str) -> bool:
    return wanted in (claims.get("amr") or ()) or claims.get("acr") == wanted


def _discover(workspace: Workspace) -> dict[str, Any]:
    """What the provider says of itself, where it is who it was said to be."""
    issuer = workspace.settings.oidc_issuer.rstrip("/")
    if not issuer or not workspace.settings.oidc_client_id or not workspace.settings.oidc_address:
        raise SettingsError("single sign-on needs oidc_issuer, oidc_client_id and oidc_address; see docs/settings.md")
    _must_be_private(issuer)
    try:
        known = _fetch(f"{issuer}/.well-known/openid-configuration")
        if known["issuer"].rstrip("/") != issuer:
            raise ProviderError(f"{issuer} says it is another provider")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _must_be_private(known[name])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ProviderError(f"the provider {issuer} does not answer as one ({type(problem).__name__})") from None
    return dict(known)


def _fetch(address: str) -> Any:
    with httpx2.Client(timeout=TIMEOUT) as client:
        return client.get(address).raise_for_status().json()


def _must_be_private(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise SettingsError("the provider has to be asked by https: tokens would cross the network in the clear")


def _client(workspace: Workspace) -> OAuth2Client:
    secret = workspace.settings.oidc_client_secret
    return OAuth2Client(
        client_id=workspace.settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        scope="openid",
        redirect_uri=workspace.settings.oidc_address.rstrip("/") + BACK,
        code_challenge_method="S256",
        timeout=TIMEOUT,
    )
