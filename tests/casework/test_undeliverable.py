"""Where a message cannot go: each reason is a sentence, and says whether another try is worth it."""

from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from casework.delivery import hooks, mail
from casework.delivery.message import Message, NotTakenError
from store.errors import UsageError
from store.schema import now
from store.settings import Settings
from tests.casework.mailserver import Post, free_port

HERE: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_from": "a@example.org", "smtp_security": "none"}


@pytest.fixture
def message() -> Message:
    return Message(key="k", alerts=2, watches=1, made_at=now(), link="https://console.example/watches")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "no mail server is set"),
        ({"smtp_host": "mail.example"}, "no mail server is set"),
        ({**HERE, "smtp_host": "mail.example"}, "would be spoken to in the clear; set smtp_security"),
        ({**HERE, "smtp_port": 9}, "127.0.0.1: "),
        ({**HERE, "smtp_port": 9, "smtp_security": "tls"}, "127.0.0.1: "),
    ],
)
def test_a_mail_that_cannot_be_handed_over_is_tried_again(
    settings: dict[str, Any], sentence: str, message: Message
) -> None:
    with pytest.raises(NotTakenError) as told:
        mail.send(Settings(**settings), "desk@example.org", message)
    assert sentence in str(told.value)
    assert not told.value.for_good


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"smtp_security": "starttls"}, "STARTTLS"),
        ({"smtp_user": "desk", "smtp_password": SecretStr("quiet")}, "AUTH"),
        ({"smtp_user": "desk"}, "AUTH"),
    ],
)
def test_a_server_that_cannot_do_what_the_settings_ask_gets_no_mail(
    settings: dict[str, Any], sentence: str, message: Message, post: tuple[Post, Controller]
) -> None:
    box, server = post
    with pytest.raises(NotTakenError, match=sentence):
        mail.send(Settings(**{**HERE, "smtp_port": server.port, **settings}), "desk@example.org", message)
    assert box.mails == []


@pytest.mark.parametrize(("answer", "for_good"), [("550 no such person", True), ("450 later", False)])
def test_an_address_that_is_refused_is_given_up_only_where_the_server_says_so(
    answer: str, for_good: bool, message: Message
) -> None:
    class Refusing(Post):
        async def handle_RCPT(self, *_: Any) -> str:
            return answer

    server = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with pytest.raises(NotTakenError, match=f"refused desk@example.org \\({answer[:3]}\\)") as told:
            mail.send(Settings(**{**HERE, "smtp_port": server.port}), "desk@example.org", message)
    finally:
        server.stop()
    assert told.value.for_good is for_good


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://[::1", "is no web address"),
        ("https://desk.example:port/", "is no web address"),
        ("ftp://203.0.113.9/", "a webhook is an https:// address"),
        ("https:///path", "a webhook is an https:// address"),
        ("https://ana:word@203.0.113.9/", "holds no password"),
        ("https://no\u2024such.invalid/", "cannot be found"),
        ("https://127.0.0.1/", "in a private network"),
        ("https://[::1]/", "in a private network"),
        ("https://[::ffff:10.0.0.1]/", "in a private network"),
        ("https://224.0.0.1/", "in a private network"),
    ],
)
def test_a_webhook_goes_to_a_public_address_over_tls(url: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        hooks.checked(url, private=False)
