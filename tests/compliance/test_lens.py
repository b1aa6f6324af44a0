"""The list of deviations on another day, and as it was known then: the page and its table."""

from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from rems.compliance import actions
from rems.core.db import reading
from rems.trail.knowing import settled
from tests.compliance.test_actions import DAY, HAPPENED
from tests.factories import EUROPE, Hospital, World

SUMMARY = "A nurse was not trained."


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE, name="Klinikum Süd")


def moment_of(hospital: Hospital) -> str:
    """A moment that all of before is known at, as an address says it."""
    with reading(hospital.coordinator):
        return quote(settled()[0].isoformat())


def test_the_list_and_its_table_show_what_was_known(client: FlaskClient, world: World, hospital: Hospital) -> None:
    said = {"by": hospital.coordinator, "now": world.now}
    before = moment_of(hospital)
    key = actions.report(hospital.scope_id, HAPPENED, **said)
    reported = moment_of(hospital)
    actions.investigate(key, "The list was old", **said)
    world.sign_in(client, hospital.manager)
    for ask, known in ((f"known_at={before}", False), (f"known_at={reported}", True), (f"as_of={DAY}", True)):
        page = unescape(client.get(f"/deviations?{ask}").text)
        assert "Not today." in page and ("as known on" in page) is ("known_at" in ask)
        assert (SUMMARY in page) is known
        assert (SUMMARY in client.get(f"/deviations.csv?{ask}").text) is known
    assert "No deviation is known" in client.get(f"/deviations?known_at={before}").text
    then = client.get(f"/deviations.csv?known_at={reported}").text
    assert "The list was old" not in then
    assert "The list was old" in client.get("/deviations.csv").text


@pytest.mark.parametrize("page", ["/deviations", "/deviations.csv"])
def test_a_day_or_moment_that_is_none_is_said(client: FlaskClient, world: World, hospital: Hospital, page: str) -> None:
    world.sign_in(client, hospital.manager)
    for ask, sentence in (("as_of=soon", "is no date"), ("known_at=soon", "is no moment with its zone")):
        answer = client.get(f"{page}?{ask}")
        assert answer.status_code == 422 and sentence in answer.text
