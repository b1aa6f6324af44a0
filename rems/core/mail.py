"""Mail leaves through an SMTP server when one is set, else into a local folder as files."""

import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rems.core.errors import SetupError
from rems.core.settings import Settings

WAIT_SECONDS = 20


def send(settings: Settings, *, key: str, to: str, subject: str, body: str, now: datetime) -> str:
    """Send one plain-text message; returns where it went (a host, or a file). `key` makes a second sending recognizable.

    Raises OSError or smtplib.SMTPException when the server can't be reached or refuses; the job tries again.
    """
    message = EmailMessage()
    message["Message-ID"] = f"<{key}@rems>"
    message["Date"] = format_datetime(now)
    message["From"] = settings.value("mail", "sender")
    message["To"] = to
    message["Subject"] = subject
    message.set_content(body)
    if settings.smtp_url:
        return _by_smtp(settings.smtp_url, message)
    return _into_file(settings.data_dir / "mail", key, message)


def _by_smtp(address: str, message: EmailMessage) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SetupError("REMS_SMTP_URL must be an address like smtp://user:password@host:587 or smtps://host:465.")
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname, parts.port or 0, timeout=WAIT_SECONDS) as server:
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
    return parts.hostname


def _into_file(folder: Path, key: str, message: EmailMessage) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{key}.eml"
    draft = folder / f".{key}.draft"
    draft.write_bytes(message.as_bytes())
    draft.replace(file)  # whole or not at all; a second run writes the same file
    return str(file)
