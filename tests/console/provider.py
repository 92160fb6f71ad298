"""A small OpenID Connect provider over real HTTP on loopback: it lets in whoever it is told to, and can be told to lie."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "sidelight", "provider secret"


@dataclass
class Provider:
    """Who comes in next, and what is wrong with the answer."""

    address: str = ""
    subject: str = "u-17"
    methods: list[str] = field(default_factory=lambda: ["pwd", "mfa"])
    lie: dict[str, Any] = field(default_factory=dict)  # claims that replace the true ones
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signer: ECKey | None = None  # another key than the published one
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code

    def authorise(self, query: dict[str, str]) -> str:
        """Where the browser is sent, as somebody who signed in at once."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The token for a code, once, for who can show the verifier."""
        asked = self.asked.pop(form.get("code", ""), None)
        made = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or base64.urlsafe_b64encode(made).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        moment = int(time.time())
        claims = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": moment,
            "exp": moment + 300,
            "nonce": asked["nonce"],
            "amr": self.methods,
        } | self.lie
        token = jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.signer or self.key)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token}


@contextmanager
def running() -> Iterator[Provider]:
    """The provider while it serves."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "authorise", "token_endpoint": "token", "jwks_uri": "keys"}
                self._json(200, {"issuer": provider.address} | {k: f"{provider.address}/{v}" for k, v in names.items()})
            elif parts.path == "/keys":
                self._json(200, {"keys": [provider.key.as_dict(private=False)]})
            else:
                self.send_response(302)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_header("Location", provider.authorise(query))
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if self.headers.get("Authorization", "").replace("+", " ") not in {expected, _quoted()}:
                self._json(401, {"error": "invalid_client"})
                return
            self._json(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _json(self, status: int, value: dict[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _quoted() -> str:
    """The same credentials as RFC 6749 wants them: encoded as in a form first."""
    pair = urlencode({"": SECRET})[1:].replace("+", "%20")
    return "Basic " + base64.b64encode(f"{CLIENT}:{pair}".encode()).decode()
