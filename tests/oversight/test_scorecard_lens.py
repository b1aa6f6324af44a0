"""Scorecards of another day, and as they were known then: the page of a site, the list, and its table."""

import csv
import io
import re
from datetime import date
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from rems.core.db import reading
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.trail.knowing import settled
from tests.factories import EUROPE, Hospital, World

ON, JOINED = date(2026, 6, 1), date(2026, 10, 1)


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE, name="Nordstadt").certified(ON)


@pytest.fixture
def before(world: World, hospital: Hospital) -> str:
    """The last moment at which nothing was known of a nurse who came in October and was not trained."""
    with reading(hospital.manager):
        moment = settled()[0]
    said = {"by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Ada Moss", StaffRole.NURSE, from_on=JOINED, **said)
    return quote(moment.isoformat())


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def row(client: FlaskClient, ask: str) -> dict[str, str]:
    answer = client.get(f"/scorecards.csv{ask}")
    [found] = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    return found


def test_another_day_has_the_figures_of_that_day_and_says_which(
    client: FlaskClient, world: World, hospital: Hospital, before: str
) -> None:
    world.sign_in(client, hospital.manager)
    early, late = "?as_of=2026-09-30", "?as_of=2026-10-01"
    for ask, gaps in ((early, "0"), (late, "1")):
        found = row(client, ask)
        assert (found["training_gaps"], found["as_of"]) == (gaps, ask[-10:])
        for page in (f"/scorecards{ask}", f"/sites/{hospital.site_id}/scorecard{ask}"):
            said = words(client, page)
            assert "Not today. This page shows" in said
            assert f"{gaps} of {int(gaps) + 1}" in said
    assert f"scorecards-{early[-10:]}.csv" in client.get(f"/scorecards.csv{early}").headers["Content-Disposition"]
    assert (
        f"/sites/{hospital.site_id}/scorecard?program={EUROPE}&amp;as_of=2026-09-30"
        in client.get(f"/scorecards{early}").text
    )


def test_an_earlier_knowledge_has_the_figures_that_were_known(
    client: FlaskClient, world: World, hospital: Hospital, before: str
) -> None:
    world.sign_in(client, hospital.manager)
    for ask, gaps in ((f"?as_of={JOINED}", "1"), (f"?as_of={JOINED}&known_at={before}", "0")):
        assert row(client, ask)["training_gaps"] == gaps
        for page in (f"/scorecards{ask}", f"/sites/{hospital.site_id}/scorecard{ask}"):
            said = words(client, page)
            assert f"{gaps} of {int(gaps) + 1}" in said
            assert ("as known on" in said) is ("known_at" in ask)


@pytest.mark.parametrize("page", ["/scorecards", "/scorecards.csv", "/sites/{}/scorecard"])
def test_a_day_or_moment_that_is_none_is_said(client: FlaskClient, world: World, hospital: Hospital, page: str) -> None:
    world.sign_in(client, hospital.manager)
    for ask, sentence in (("as_of=soon", "is no date"), ("known_at=soon", "is no moment with its zone")):
        answer = client.get(f"{page.format(hospital.site_id)}?{ask}")
        assert answer.status_code == 422 and sentence in answer.text
