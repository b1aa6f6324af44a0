"""The list of certifications and its CSV: filters, who sees what, any day, and what was known then."""

import csv
import io
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.certification import actions
from rems.core.db import reading
from rems.sites import keeping
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON = date(2021, 3, 1)
HEADS = "site_id,site,place,program,step,state,since,last_act,by,on,reason,gaps"


@pytest.fixture
def sites(world: World) -> dict[str, Hospital]:
    """In Europe: one certified, one that waits for its decision, one in preparation."""
    return {
        "certified": world.hospital(EUROPE, name="Ålesund").certified(ON),
        "waiting": world.hospital(EUROPE, name="Bergen").applied(ON),
        "preparing": world.hospital(EUROPE, name="=Cairo"),
    }


def rows(client: FlaskClient, ask: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/certification.csv{ask}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def names(client: FlaskClient, ask: str = "") -> list[str]:
    return [row["site"] for row in rows(client, ask)]


def moment_of(hospital: Hospital) -> str:
    """A moment that all of before is known at, as an address says it."""
    with reading(hospital.manager):
        return quote(settled()[0].isoformat())


def test_the_csv_is_the_whole_list_with_who_decided_what(
    client: FlaskClient, world: World, sites: dict[str, Hospital]
) -> None:
    world.sign_in(client, world.manager(EUROPE))
    answer = client.get("/certification.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "certifications-" in answer.headers["Content-Disposition"]
    assert answer.data.decode("utf-8-sig").splitlines()[0] == HEADS
    waiting, preparing, certified = rows(client)
    assert (waiting["site"], waiting["step"], waiting["last_act"]) == (
        "Bergen",
        "To review",
        "submitted the application",
    )
    assert waiting["by"] == sites["waiting"].representative.name and waiting["on"] == ON.isoformat()
    assert (certified["site"], certified["state"], certified["since"]) == (
        "Ålesund",
        "Certified, with open findings",
        ON.isoformat(),
    )
    assert certified["by"] == sites["certified"].manager.name
    assert (certified["site_id"], certified["program"]) == (str(sites["certified"].site_id), EUROPE)
    assert (preparing["step"], preparing["last_act"], preparing["gaps"]) == ("In preparation", "", "3")
    assert preparing["site"] == "'=Cairo"  # no spreadsheet takes it for a formula


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        ("?step=review", ["Bergen"]),
        ("?step=certified", ["Ålesund"]),
        ("?step=suspended", []),
        ("?q=berg", ["Bergen"]),
        ("?q=BERG&step=certified", []),
        (f"?program={EUROPE}&step=preparing", ["'=Cairo"]),
        (f"?program={KYMRIAH}", []),
    ],
)
def test_the_csv_takes_the_filters_of_the_page(
    client: FlaskClient, world: World, sites: dict[str, Hospital], ask: str, found: list[str]
) -> None:
    world.sign_in(client, world.manager(EUROPE))
    assert names(client, ask) == found
    page = unescape(client.get(f"/certification{ask}").text)
    for name in ("Bergen", "Ålesund"):
        assert (f">{name}</a>" in page) is (name in found)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        ("?step=lost", 'step "lost" is unknown; it is one of review, returned, preparing'),
        ("?as_of=2021-13-01", 'as_of "2021-13-01" is no date'),
        ("?known_at=2021", 'known_at "2021" is no moment with its zone'),
        ("?known_at=2199-01-01T00:00Z", "has not come yet"),
    ],
)
def test_what_cannot_be_read_is_said(client: FlaskClient, world: World, ask: str, sentence: str) -> None:
    world.sign_in(client, world.manager(EUROPE))
    answer = client.get(f"/certification.csv{ask}")
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)


def test_each_gets_the_sites_of_its_own(client: FlaskClient, world: World, sites: dict[str, Hospital]) -> None:
    world.sign_in(client, sites["waiting"].coordinator)
    assert names(client) == ["Bergen"]
    world.sign_in(client, world.manager(KYMRIAH))
    assert names(client) == []
    world.sign_in(client, world.account(Role.ADMINISTRATOR))
    answer = client.get("/certification.csv")
    assert answer.status_code == 403 and "It is for: " in answer.text


def test_nobody_gets_it_without_signing_in(client: FlaskClient) -> None:
    answer = client.get("/certification.csv")
    assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"]


def test_another_day_has_the_states_of_that_day(client: FlaskClient, world: World, sites: dict[str, Hospital]) -> None:
    one = sites["certified"]
    actions.suspend(
        one.site_id, EUROPE, **one.signed(ON + timedelta(days=30)), reason="Untrained staff.", by=one.manager
    )
    world.sign_in(client, one.manager)

    def state(ask: str) -> tuple[str, str, str]:
        [row] = [row for row in rows(client, ask) if row["site"] == "Ålesund"]
        return row["step"], row["state"], row["reason"]

    assert state("") == ("Suspended", "Suspended: may not treat", "Untrained staff.")
    assert state(f"?as_of={ON + timedelta(days=29)}")[:2] == ("Certified", "Certified")
    assert state(f"?as_of={ON - timedelta(days=1)}")[0] == "In preparation"
    answer = client.get(f"/certification.csv?as_of={ON}")
    assert f"certifications-{ON}.csv" in answer.headers["Content-Disposition"]
    page = client.get(f"/certification?as_of={ON}").text
    assert "Not today." in page and f"certification.csv?as_of={ON}" in page


def test_an_earlier_knowledge_has_the_states_that_were_known(
    client: FlaskClient, world: World, sites: dict[str, Hospital]
) -> None:
    one = sites["waiting"]
    before = moment_of(one)
    actions.certify(one.site_id, EUROPE, **one.signed(ON), by=one.manager)
    world.sign_in(client, one.manager)

    def step(ask: str) -> tuple[str, str]:
        [row] = [row for row in rows(client, ask) if row["site"] == "Bergen"]
        return row["step"], row["last_act"]

    assert step("") == ("Certified", "certified the site")
    assert step(f"?known_at={before}") == ("To review", "submitted the application")
    assert step(f"?as_of={ON}&known_at={before}") == ("To review", "submitted the application")
    assert rows(client, "?known_at=2020-01-01") == []


def test_an_earlier_knowledge_has_the_names_and_the_entries_of_then(
    client: FlaskClient, world: World, sites: dict[str, Hospital]
) -> None:
    one = sites["waiting"]
    before = moment_of(one)
    kept = {"city": "Voss", "region": "", "country": "NO", "timezone": "UTC", "phone": "", "email": ""}
    keeping.edit_site(one.site_id, name="Zürich", **kept, version=1, by=one.coordinator, now=world.now)
    world.hospital(EUROPE, name="Dover")
    world.sign_in(client, world.manager(EUROPE))
    assert set(names(client)) == {"Zürich", "Ålesund", "'=Cairo", "Dover"}
    assert set(names(client, f"?known_at={before}")) == {"Bergen", "Ålesund", "'=Cairo"}
    assert names(client, f"?q=berg&known_at={before}") == ["Bergen"]
    assert names(client, f"?q=zurich&known_at={before}") == []
    [row] = rows(client, "?q=zurich")
    assert (row["site"], row["place"]) == ("Zürich", "Voss, NO")
