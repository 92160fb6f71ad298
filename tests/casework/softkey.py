"""An authenticator in software: what a phone or a security key does when a page asks it, right or with one thing wrong."""

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class SoftKey:
    """One key pair for one site. `count` is its counter, raised by each signature."""

    def __init__(self, origin: str, site: str) -> None:
        self.origin, self.site, self.count = origin, site, 0
        self.id = secrets.token_bytes(32)
        self.private = ec.generate_private_key(ec.SECP256R1())

    def make(self, asked: str, **slip: Any) -> str:
        """The answer to a page that asks for a new passkey."""
        numbers = self.private.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(ATTESTED, slip) + attested
        packed = _put(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}), slip)
        client = self._client("webauthn.create", asked, slip)
        response = {"clientDataJSON": _text(client), "attestationObject": _text(packed), "transports": ["usb", "x"]}
        return self._answer(response)

    def sign(self, asked: str, **slip: Any) -> str:
        """The answer to a page that asks for the passkey."""
        self.count += 1
        client, data = self._client("webauthn.get", asked, slip), self._data(0, slip)
        signed = data + hashlib.sha256(client).digest()
        signature = self.private.sign(signed, ec.ECDSA(hashes.SHA256()))
        data = _put(data, slip)
        response = {"clientDataJSON": _text(client), "authenticatorData": _text(data), "signature": _text(signature)}
        return self._answer(response)

    def _client(self, kind: str, asked: str, slip: dict[str, Any]) -> bytes:
        challenge = slip.get("challenge", json.loads(asked)["challenge"])
        told = {"type": slip.get("type", kind), "challenge": challenge, "origin": slip.get("origin", self.origin)}
        return json.dumps(told).encode()

    def _data(self, flags: int, slip: dict[str, Any]) -> bytes:
        site = hashlib.sha256(slip.get("site", self.site).encode()).digest()
        flags |= slip.get("flags", PRESENT | VERIFIED)
        return site + bytes([flags]) + int(slip.get("count", self.count)).to_bytes(4, "big")

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps({"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": response})


def _put(data: bytes, slip: dict[str, Any]) -> bytes:
    """The same with other bytes at one place."""
    at, put = slip.get("put", (0, b""))
    return data[:at] + put + data[at + len(put) :]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
