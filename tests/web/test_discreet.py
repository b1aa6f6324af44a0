"""No key of a patient and no secret of a link in what the web server writes."""

import io
import logging
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from rems.web.discreet import DiscreetLogger, discreet

KEY = "400431b0-43a1-441f-bffa-bcc5d0bbebdd"
SECRET = "q1B-x_9yQm4TzRkVb2LwHc7NdJs0aEfGiUoPq-3xYzA"


@pytest.mark.parametrize(
    "path",
    [
        f"/calendar/{SECRET}.ics",
        f"/take/{SECRET}/result",
        f"/take/{SECRET}",
        f"/patients/{KEY}/visits/D100",
        f"/sign-in?next=/patients/{KEY}",
        "/patients?q=HL-0417",
        f"GET /calendar/{SECRET}.ics HTTP/1.1",
    ],
)
def test_keys_secrets_and_what_was_asked_for_are_left_out(path: str) -> None:
    said = discreet(path)
    assert SECRET not in said and "HL-0417" not in said
    assert not any(len(part) > 20 for part in said.replace("?", "/").replace(" ", "/").split("/"))


def test_an_ordinary_address_stays_readable() -> None:
    assert discreet("GET /visits/lists/late.csv HTTP/1.1") == "GET /visits/lists/late.csv HTTP/1.1"
    assert discreet("/static/bootstrap/css/bootstrap.min.css") == "/static/bootstrap/css/bootstrap.min.css"


@pytest.fixture
def logger() -> DiscreetLogger:
    config = Config()
    config.set("accesslog", "-")
    config.set("access_log_format", "%(r)s %(U)s %(q)s %(f)s %({referer}i)s %({raw_uri}e)s")
    return DiscreetLogger(config)


def test_the_access_log_says_no_secret_in_any_part_of_its_line(logger: DiscreetLogger) -> None:
    kept = io.StringIO()
    logger.access_log.handlers = [logging.StreamHandler(kept)]
    path = f"/calendar/{SECRET}.ics"
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": path,
        "PATH_INFO": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "QUERY_STRING": "q=HL-0417",
        "HTTP_REFERER": f"http://here/take/{SECRET}",
    }
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[], response_length=1)
    asked = SimpleNamespace(headers=[("REFERER", f"http://here/take/{SECRET}")], remote_addr=("127.0.0.1", 1))
    logger.access(answer, asked, environ, SimpleNamespace(seconds=0, microseconds=1))
    line = kept.getvalue()
    assert "GET /calendar/….ics HTTP/1.1" in line
    assert SECRET not in line and "HL-0417" not in line


def test_an_error_of_the_server_names_no_secret(logger: DiscreetLogger) -> None:
    kept = io.StringIO()
    logger.error_log.handlers = [logging.StreamHandler(kept)]
    logger.error("Error handling request %s", f"/take/{SECRET}?x=1")
    assert "Error handling request /take/…" in kept.getvalue()
    assert SECRET not in kept.getvalue()
