"""Mail leaves through an SMTP server when one is set, else into a local folder as files."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rems.core.settings import Settings

WAIT_SECONDS = 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def send(settings: Settings, *, key: str, to: str, subject: str, body: str, now: datetime) -> str:
    """Send one plain-text message; returns where it went (a host, or a file). By `key` a second sending is recognized.

    Raises OSError or smtplib.SMTPException when the server can't be reached or refuses; the job tries again.
    """
    message = EmailMessage()
    message["Message-ID"] = f"<{key}@rems>"
    message["Date"] = format_datetime(now)
    message["From"] = settings.value("mail", "sender")
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message.set_content(body)
    if settings.smtp_url:
        return _by_smtp(settings.smtp_url, message)
    return _into_file(settings.data_dir / "mail", key, message)


def reason(error: Exception) -> str:
    """Why a mail did not go, as the server or the machine said it, for people to read."""
    answer: Any = None
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answer = next(iter(error.recipients.values()), None)
    elif isinstance(error, smtplib.SMTPResponseException):
        answer = (error.smtp_code, error.smtp_error)
    if answer is not None:
        code, words = answer
        return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _by_smtp(address: str, message: EmailMessage) -> str:
    """Encrypted whenever the server can; a password leaves this machine in no other way."""
    parts = urlsplit(address)
    host, trusted = parts.hostname or "", ssl.create_default_context()
    with _connected(host, parts.port or 0, trusted, encrypted=parts.scheme == "smtps") as server:
        server.ehlo()
        safe = parts.scheme == "smtps" or host in LOOPBACK
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=trusted)
            safe = True
        if parts.username and not safe:
            raise smtplib.SMTPNotSupportedError("the server offers no encryption, and a password goes no other way")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
    return host


def _connected(host: str, port: int, trusted: ssl.SSLContext, *, encrypted: bool) -> smtplib.SMTP:
    if encrypted:
        return smtplib.SMTP_SSL(host, port, timeout=WAIT_SECONDS, context=trusted)
    return smtplib.SMTP(host, port, timeout=WAIT_SECONDS)


def _into_file(folder: Path, key: str, message: EmailMessage) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{key}.eml"
    draft = folder / f".{key}.draft"
    draft.write_bytes(message.as_bytes())
    draft.replace(file)  # whole or not at all; a second run writes the same file
    return str(file)
