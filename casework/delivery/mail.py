"""E-mail by SMTP. A server on another machine is spoken to under TLS or not at all."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from casework.delivery.message import Message, NotTakenError
from store.loopback import is_loopback
from store.settings import Settings

TIMEOUT = 20.0  # seconds
REFUSED_FOR_GOOD = 500  # SMTP answers from here on are final


def send(settings: Settings, address: str, message: Message) -> None:
    """Hand one message to the mail server. Raises NotTakenError with the reason, and whether it is worth another try."""
    if not settings.smtp_host or not settings.smtp_from:
        raise NotTakenError("no mail server is set; set smtp_host and smtp_from in sidelight.toml")
    if settings.smtp_security == "none" and not is_loopback(settings.smtp_host):
        raise NotTakenError(
            f"{settings.smtp_host} is not on this machine and would be spoken to in the clear; set smtp_security"
        )
    try:
        _hand_over(settings, _mail(settings.smtp_from, address, message), address)
    except smtplib.SMTPRecipientsRefused as problem:
        code = max((code for code, _ in problem.recipients.values()), default=0)
        raise NotTakenError(f"the mail server refused {address} ({code})", for_good=code >= REFUSED_FOR_GOOD) from None
    except (OSError, smtplib.SMTPException) as problem:
        raise NotTakenError(f"{settings.smtp_host}: {problem or type(problem).__name__}") from None


def _hand_over(settings: Settings, mail: EmailMessage, address: str) -> None:
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.smtp_security == "tls":
        server = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            password = settings.smtp_password
            server.login(settings.smtp_user, password.get_secret_value() if password else "")
        server.send_message(mail, settings.smtp_from, [address])
    finally:
        # Once the mail is taken, a parting that fails must not send it again.
        server.close()


def _mail(sender: str, address: str, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, address, message.subject
    mail["Date"] = format_datetime(message.made_at)
    mail["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2] or 'sidelight'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail
