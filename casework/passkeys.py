"""Passkeys (WebAuthn): key pairs in people's devices that answer the console's own address alone; py_webauthn checks them.

A device that is asked signs a challenge together with the address of the page that asked. A forged page gets an answer
that is worth nothing here, which no typed code can say of itself.
"""

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from casework import accounts, consoleaddress, factors, sessions, throttle
from casework.accounts import SignInError
from casework.consoleaddress import Address
from casework.records import Passkey
from casework.sessions import CHALLENGE_TIME, Purpose
from casework.tables import passkeys, recovery_codes
from store import audit, keys
from store.audit import Act, Fact, Via
from store.errors import SidelightError, UsageError
from store.schema import now
from store.workspace import Workspace

MOST = 20  # passkeys of one person
MOST_ASKED = 30  # challenges of one person within the throttle's span
LONGEST_TITLE = 60
TIMEOUT = int(CHALLENGE_TIME.total_seconds() * 1000)  # milliseconds that a browser waits for the device


class PasskeyError(SidelightError):
    """What came is no answer of the person's passkey to what was asked; `why` is its kind, for the record."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


def of(connection: Connection, account: str) -> list[Passkey]:
    """The account's passkeys, oldest first."""
    query = select(passkeys).where(passkeys.c.account == account).order_by(passkeys.c.created_at)
    return [
        Passkey(row.credential_id, row.title, row.site, row.created_at, row.used_at)
        for row in connection.execute(query)
    ]


def ask_new(workspace: Workspace, account: str, token: str) -> str:
    """What the browser is to ask a device that shall keep a new passkey, as JSON. Raises UsageError, ThrottledError."""
    here = _here(workspace)
    with workspace.read() as connection:
        _require_room(connection, account)
        known = _known(connection, account, here)
    options = generate_registration_options(
        rp_id=here.name,
        rp_name="Sidelight",
        user_name=account,
        # The device keeps this: equal for one account, and saying nothing of it.
        user_id=bytes.fromhex(keys.blind(workspace, f"passkeys of {account}")),
        challenge=_challenge(workspace, account, token, Purpose.ADD),
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=known,
    )
    return options_to_json(options)


def ask(workspace: Workspace, account: str, token: str, purpose: Purpose) -> str:
    """What the browser is to ask the person's passkeys, as JSON. Raises UsageError, ThrottledError."""
    here = _here(workspace)
    with workspace.read() as connection:
        known = _known(connection, account, here)
    if not known:
        raise UsageError(f"you keep no passkey for {here.name}; use a recovery code")
    options = generate_authentication_options(
        rp_id=here.name,
        challenge=_challenge(workspace, account, token, purpose),
        timeout=TIMEOUT,
        allow_credentials=known,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add(workspace: Workspace, account: str, token: str, title: str, answer: str) -> list[str]:
    """Keep the passkey that a device made for the session of `token`; returns recovery codes where there were none.

    Raises UsageError, PasskeyError.
    """
    try:
        return _add(workspace, account, token, title, answer)
    except PasskeyError as problem:
        _record_refusal(workspace, account, problem, "new passkey")
        raise


def _add(workspace: Workspace, account: str, token: str, title: str, answer: str) -> list[str]:
    here, title = _here(workspace), " ".join(title.split())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise UsageError(f"give the passkey a name of at most {LONGEST_TITLE} characters, as you call the device")
    challenge = _challenged(workspace, token, Purpose.ADD)
    try:
        given = parse_registration_credential_json(answer)
        made = verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=here.name,
            expected_origin=here.origin,
            require_user_verification=True,
        )
    except Exception as problem:
        raise _refused(problem) from None
    values = {
        "credential_id": bytes_to_base64url(made.credential_id),
        "account": account,
        "title": title,
        "public_key": made.credential_public_key,
        "sign_count": made.sign_count,
        "transports": [one.value for one in given.response.transports or ()],
        "site": here.name,
        "created_at": now(),
    }
    try:
        with workspace.begin() as connection:
            _require_room(connection, account)
            connection.execute(insert(passkeys).values(values))
            codes = [] if factors.left(connection, account) else factors.renew(connection, account)
            act = Act(account, Via.CONSOLE, "add passkey", "account", account, words=title)
            audit.append(workspace, act, connection)
    except IntegrityError:
        raise PasskeyError("known", "this passkey is kept already") from None
    return codes


def check(workspace: Workspace, account: str, token: str, purpose: Purpose, answer: str) -> None:
    """Whether one of the account's passkeys answered what the session of `token` was asked; it counts as a try.

    Raises SignInError, or LockedError before the answer is looked at.
    """
    accounts.count_attempt(workspace, account)
    try:
        _take(workspace, account, token, purpose, answer)
    except PasskeyError as problem:
        _record_refusal(workspace, account, problem, "passkey")
        raise SignInError(str(problem)) from None
    accounts.forgive(workspace, account)


def _take(workspace: Workspace, account: str, token: str, purpose: Purpose, answer: str) -> None:
    here = _here(workspace)
    challenge = _challenged(workspace, token, purpose)
    try:
        given = parse_authentication_credential_json(answer)
    except Exception as problem:
        raise _refused(problem) from None
    own = (passkeys.c.account == account, passkeys.c.credential_id == given.id)
    with workspace.begin() as connection:
        row = connection.execute(select(passkeys).where(*own)).one_or_none()
        if row is None:
            raise PasskeyError("unknown", "this passkey is not kept for your account")
        try:
            signed = verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=here.name,
                expected_origin=here.origin,
                credential_public_key=row.public_key,
                credential_current_sign_count=0,  # compared below, once the signature is known to be the passkey's
                require_user_verification=True,
            )
        except Exception as problem:
            raise _refused(problem) from None
        # A counter that does not grow tells of two devices with one key. Those that count nothing stay at 0.
        if signed.new_sign_count <= row.sign_count and (signed.new_sign_count or row.sign_count):
            raise PasskeyError(
                "count", "this passkey's counter went back: it may have been copied. Remove it, and tell an operator"
            )
        values = {"sign_count": signed.new_sign_count, "used_at": now()}
        unmoved = passkeys.c.sign_count == row.sign_count
        if not connection.execute(update(passkeys).where(*own, unmoved).values(values)).rowcount:
            raise PasskeyError("count", "this passkey was used elsewhere at the same moment; try again")


def remove(workspace: Workspace, account: str, credential_id: str, *, needed: bool) -> None:
    """Forget a passkey of the account. Raises UsageError, also for the last second factor where one is `needed`."""
    own = (passkeys.c.account == account, passkeys.c.credential_id == credential_id)
    with workspace.begin() as connection:
        title = connection.execute(delete(passkeys).where(*own).returning(passkeys.c.title)).scalar_one_or_none()
        if title is None:
            raise UsageError("you keep no such passkey; load the page again")
        if not factors.has(connection, account):
            if needed:
                raise UsageError("this is your only second factor, and this console asks for one; add another first")
            connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account))
        audit.append(
            workspace, Act(account, Via.CONSOLE, "remove passkey", "account", account, words=title), connection
        )


def _here(workspace: Workspace) -> Address:
    here = consoleaddress.find(workspace.settings)
    if here is None:
        raise UsageError("passkeys need the console's own address: an operator sets console_url (docs/accounts.md)")
    return here


def _require_room(connection: Connection, account: str) -> None:
    if not accounts.has_password(connection, account):
        raise UsageError("your account has no password, so no passkey would ever be asked for after it")
    if len(of(connection, account)) >= MOST:
        raise UsageError(f"you keep {MOST} passkeys already; remove one first")


def _known(connection: Connection, account: str, here: Address) -> list[PublicKeyCredentialDescriptor]:
    query = select(passkeys.c.credential_id, passkeys.c.transports).where(
        passkeys.c.account == account, passkeys.c.site == here.name
    )
    return [
        PublicKeyCredentialDescriptor(
            base64url_to_bytes(row.credential_id), transports=[AuthenticatorTransport(one) for one in row.transports]
        )
        for row in connection.execute(query)
    ]


def _challenge(workspace: Workspace, account: str, token: str, purpose: Purpose) -> bytes:
    throttle.require(workspace, f"passkey:{account}", MOST_ASKED)
    throttle.count(workspace, f"passkey:{account}")
    return sessions.challenge(workspace, token, purpose)


def _challenged(workspace: Workspace, token: str, purpose: Purpose) -> bytes:
    challenge = sessions.take_challenge(workspace, token, purpose)
    if challenge is None:
        raise PasskeyError("challenge", "this answer came too late, or belongs to something else; try again")
    return challenge


def _refused(problem: Exception) -> PasskeyError:
    """Whatever a parser or a check of what a browser sent ran into: nobody is let in by a failure, and none is a crash."""
    return PasskeyError(type(problem).__name__, "what the passkey answered could not be relied on; try again")


def _record_refusal(workspace: Workspace, account: str, problem: PasskeyError, how: str) -> None:
    facts: dict[str, Fact] = {"how": how, "why": problem.why}
    audit.append(workspace, Act(account, Via.CONSOLE, "second factor refused", "account", account, facts=facts))
