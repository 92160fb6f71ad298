"""Second factors: time-based one-time codes (RFC 6238) and recovery codes for a lost device.

The codes are forty lines over the standard library's hmac, checked against the RFC's own figures: a library for that would be
one more party to trust with the secrets.
"""

import base64
import hashlib
import hmac
import secrets
import time
from urllib.parse import quote

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from casework.tables import NO_PASSWORD, accounts, passkeys, recovery_codes
from store import audit, keys
from store.audit import Act, Via
from store.errors import UsageError
from store.workspace import Workspace

STEP = 30  # seconds that a code is good for
DIGITS = 6
DRIFT = 1  # steps that a device's clock may be off
SECRET = 20  # bytes, as RFC 4226 recommends
RECOVERY_CODES = 10
KEY = "second-factors"
KEEPS_PASSKEY = exists().where(passkeys.c.account == accounts.c.name)


def code(secret: bytes, step: int, digits: int = DIGITS, digest: str = "sha1") -> str:
    """The code of a time step (RFC 4226, 5.3)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), digest).digest()
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def new_secret() -> str:
    """A secret for a new device, in base32 as people type it."""
    return base64.b32encode(secrets.token_bytes(SECRET)).decode()


def uri(secret: str, account: str, issuer: str = "Sidelight") -> str:
    """The address that authenticator apps read, as text or from a QR code made on the person's own machine."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={STEP}"


def enrol(workspace: Workspace, account: str, secret: str, typed: str, by: str, via: Via) -> list[str]:
    """Make `secret` the account's second factor, once a code shows that the device has it; returns the recovery codes.

    They are shown this once; the store keeps their hashes. Raises UsageError for a wrong code.
    """
    step = _fitting(_raw(secret), typed, None)
    if step is None:
        raise UsageError("this code does not fit: check the device's clock, and that it has the newest secret")
    sealed = keys.seal(workspace, KEY, secret)
    with workspace.begin() as connection:
        values = {"factor": sealed, "factor_step": step}
        if not connection.execute(update(accounts).where(accounts.c.name == account).values(values)).rowcount:
            raise UsageError(f"there is no account {account!r}; see sidelight users list")
        codes = renew(connection, account)
        audit.append(workspace, Act(by, via, "enrol second factor", "account", account), connection)
    return codes


def renew(connection: Connection, account: str) -> list[str]:
    """New recovery codes in place of those there were."""
    codes = ["-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account))
    connection.execute(
        insert(recovery_codes), [{"account": account, "code_hash": _hash(account, one)} for one in codes]
    )
    return codes


def remove(workspace: Workspace, account: str, by: str, via: Via = Via.COMMAND) -> None:
    """Take the second factor and all passkeys away, for a person whose devices and recovery codes are lost."""
    with workspace.begin() as connection:
        connection.execute(update(accounts).where(accounts.c.name == account).values(factor=None, factor_step=None))
        connection.execute(delete(passkeys).where(passkeys.c.account == account))
        connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account))
        audit.append(workspace, Act(by, via, "remove second factor", "account", account), connection)


def has(connection: Connection, account: str) -> bool:
    """Whether the account has a second factor: codes of a device, or a passkey."""
    query = select(or_(accounts.c.factor.is_not(None), KEEPS_PASSKEY)).where(accounts.c.name == account)
    return bool(connection.execute(query).scalar_one_or_none())


def has_codes(connection: Connection, account: str) -> bool:
    """Whether a device makes codes for the account."""
    query = select(accounts.c.factor.is_not(None)).where(accounts.c.name == account)
    return bool(connection.execute(query).scalar_one_or_none())


def left(connection: Connection, account: str) -> int:
    """How many recovery codes are unused."""
    return len(connection.execute(select(recovery_codes).where(recovery_codes.c.account == account)).all())


def lacking(connection: Connection) -> list[str]:
    """Accounts that are open and have a password but no second factor."""
    query = select(accounts.c.name).where(
        accounts.c.disabled.is_(False),
        accounts.c.factor.is_(None),
        ~KEEPS_PASSKEY,
        accounts.c.password_hash != NO_PASSWORD,
    )
    return list(connection.execute(query.order_by(accounts.c.name)).scalars())


def take(workspace: Workspace, connection: Connection, account: str, typed: str) -> str | None:
    """Use up a code: "code" or "recovery code" where it fits, None where it does not. A code fits once.

    A device's codes are taken only from who keeps no passkey: else a forged page could still ask for one.
    """
    row = connection.execute(
        select(accounts.c.factor, accounts.c.factor_step, KEEPS_PASSKEY.label("keyed")).where(
            accounts.c.name == account
        )
    ).one_or_none()
    secret = keys.unseal(workspace, KEY, row.factor) if row is not None and row.factor is not None else None
    if row is None or (secret is None and not row.keyed):
        return None
    step = None if secret is None or row.keyed else _fitting(_raw(secret), typed, row.factor_step)
    if step is not None:
        connection.execute(update(accounts).where(accounts.c.name == account).values(factor_step=step))
        return "code"
    used = connection.execute(
        delete(recovery_codes).where(
            recovery_codes.c.account == account, recovery_codes.c.code_hash == _hash(account, typed)
        )
    ).rowcount
    return "recovery code" if used else None


def _fitting(secret: bytes, typed: str, last: int | None) -> int | None:
    """The newest time step whose code was typed and that is later than the last one used."""
    given = "".join(typed.split()).encode("utf-8", "replace")
    present = int(time.time()) // STEP
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(code(secret, step).encode(), given) and (last is None or step > last):
            found = step
    return found


def _raw(secret: str) -> bytes:
    return base64.b32decode(secret)


def _hash(account: str, recovery: str) -> str:
    """64 random bits need no slow hash."""
    plain = "".join(one for one in recovery.lower() if one.isalnum())
    return hashlib.sha256(f"{account}:{plain}".encode()).hexdigest()
