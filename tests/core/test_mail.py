"""Mail, into a folder and through a real server on this machine."""

import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from rems.core import mail
from rems.core.settings import Settings, read
from tests.mailbox import Box, serving

NOW = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
BODY = "Ødegård,\n\nthe window of this visit closes on 27 Nov 2026.\n"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[str]:
    with serving(box) as address:
        yield address


def settings(folder: Path, smtp_url: str = "") -> Settings:
    return read({"REMS_DATA_DIR": str(folder), "REMS_DEMO": "1", **({"REMS_SMTP_URL": smtp_url} if smtp_url else {})})


def send(chosen: Settings, subject: str = "HL-0042: Day-100 assessment") -> str:
    return mail.send(chosen, key="0195", to="ada@test.example", subject=subject, body=BODY, now=NOW)


def test_without_a_server_a_mail_is_a_file_that_a_second_sending_writes_again(tmp_path: Path) -> None:
    for _ in range(2):
        where = send(settings(tmp_path))
    assert [str(f) for f in (tmp_path / "mail").iterdir()] == [where]
    found = message_from_bytes(Path(where).read_bytes(), policy=policy.default)
    assert (found["To"], found["Message-ID"]) == ("ada@test.example", "<0195@rems>")
    assert found["Subject"] == "HL-0042: Day-100 assessment"
    assert found["Date"].datetime == NOW
    assert found.get_content() == BODY


def test_a_mail_goes_through_the_server_that_is_set(tmp_path: Path, server: str, box: Box) -> None:
    assert send(settings(tmp_path, server)) == "127.0.0.1"
    [found] = box.messages
    assert (found["To"], found["From"]) == ("ada@test.example", "rems@localhost")
    assert found.get_content().replace("\r\n", "\n") == BODY
    assert not (tmp_path / "mail").exists()


def test_a_subject_stays_in_its_line(tmp_path: Path) -> None:
    where = send(settings(tmp_path), "Visit\r\nBcc: eve@evil.example")
    found = message_from_bytes(Path(where).read_bytes(), policy=policy.default)
    assert found["Subject"] == "Visit Bcc: eve@evil.example"
    assert found["Bcc"] is None


def test_a_refusal_and_a_server_that_is_away_are_errors_of_the_job(tmp_path: Path, server: str, box: Box) -> None:
    box.closed = True
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(settings(tmp_path, server))
    assert mail.reason(refused.value) == "450 4.2.1 try again later"
    with pytest.raises(ConnectionRefusedError) as away:
        send(settings(tmp_path, "smtp://127.0.0.1:1"))
    assert mail.reason(away.value) == "Connection refused"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong"), "535 5.7.8 wrong"),
        (smtplib.SMTPNotSupportedError("no encryption"), "no encryption"),
        (TimeoutError(), "TimeoutError"),
        (ValueError("an odd address"), "an odd address"),
    ],
)
def test_why_a_mail_did_not_go_is_said_in_words(error: Exception, words: str) -> None:
    assert mail.reason(error) == words


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs the program openssl to make a certificate")
def test_encryption_is_used_when_it_is_offered_and_a_certificate_nobody_vouches_for_is_refused(
    tmp_path: Path, box: Box
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with serving(box, tls_context=context) as address, pytest.raises(ssl.SSLCertVerificationError):
        send(settings(tmp_path, address))
    assert box.messages == []
