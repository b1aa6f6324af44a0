"""The list of cases: what runs out first on top, the long past apart, any other day, filters."""

import re
from datetime import timedelta

from flask.testing import FlaskClient

from tests.events.cases import processor
from tests.events.pages import TODAY, reported, text_of, written
from tests.factories import LABEL, Hospital, World


def test_the_list_has_what_runs_out_first_on_top_and_leaves_the_long_past_to_the_other_tab(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    for days_ago, term in ((2, "Early"), (14, "Nearly due"), (20, "Just late"), (200, "Long past")):
        reported(us_hospital, days_ago, term)
    today_world.sign_in(client, processor(today_world, LABEL))
    shown = text_of(client.get("/events").get_data(as_text=True))
    assert shown.index("5 days late") < shown.index("Just late") < shown.index("1 day left") < shown.index("Early")
    assert "Long past" not in shown
    assert "Open clocks 3" in shown
    every = text_of(client.get("/events?view=all").get_data(as_text=True))
    assert every.index("Early") < every.index("Nearly due") < every.index("Just late") < every.index("Long past")
    assert f"Ended {written(TODAY - timedelta(days=185))}" in every
    assert "All cases 4" in every


def test_the_list_of_another_day_shows_the_clocks_as_they_stood_then(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    reported(us_hospital, 200, "Long past")
    reported(us_hospital, 2, "Early")
    today_world.sign_in(client, us_hospital.coordinator)
    assert "Report an event" in client.get("/events").get_data(as_text=True)
    then = TODAY - timedelta(days=190)
    page = client.get(f"/events?as_of={then}").get_data(as_text=True)
    assert "Not today." in page
    assert "Long past" in text_of(page)
    assert "5 days left" in text_of(page)
    assert "Early" not in text_of(page)
    assert "Report an event" not in page
    assert f"as_of={then}" in re.findall(r'<a class="what" href="([^"]*)"', page)[0]
    before_anything = f"/events?as_of={then}&known_at={then}"
    assert "No clock is open" in text_of(client.get(before_anything).get_data(as_text=True))
    assert "No case yet" in text_of(client.get(f"{before_anything}&view=all").get_data(as_text=True))


def test_the_list_can_be_filtered_and_says_when_nothing_fits(
    us_hospital: Hospital, today_world: World, client: FlaskClient
) -> None:
    reported(us_hospital, 2, "Early")
    today_world.sign_in(client, us_hospital.coordinator)
    number = re.search(r"US-REMS-\d{4}-\d+", client.get("/events").get_data(as_text=True))
    assert number
    for found in (number[0].lower(), "us-rems", number[0][-5:]):
        assert "Early" in text_of(client.get(f"/events?q={found}").get_data(as_text=True))
    for query in ("q=DE-", "q=99999", "kind=infection", "kind=infection&view=all"):
        assert "No case fits" in text_of(client.get(f"/events?{query}").get_data(as_text=True))
    assert "is unknown; it is one of open, all" in client.get("/events?view=mine").get_data(as_text=True)
