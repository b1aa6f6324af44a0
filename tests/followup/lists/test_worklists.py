"""The worklists: what stands in each, how it is filtered and paged, and what a file of it holds."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.errors import BadInput
from rems.followup import actions
from rems.followup.handover import actions as handover
from rems.followup.lists import queries
from rems.followup.lists.rules import STATES, Asked, State, Worklist, month_end, read_key
from rems.followup.rules import ContactKind, Survival
from rems.followup.turns import actions as turns
from rems.followup.turns.rules import Outcome, Way
from rems.programs import queries as programs
from tests.factories import EUROPE, LABEL, Hospital, World

TODAY = date(2026, 11, 24)
INFUSED = date(2025, 11, 20)  # Day 100 closed on 15 Mar 2026, 6 months on 18 Jun 2026; year 1 closes on 19 Jan 2027


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(LABEL, country="US", timezone="America/Chicago", name="Harrow Lake")


def listed(actor: Actor, which: Worklist, *, today: date = TODAY, **asked: Any) -> list[tuple[str, str]]:
    with reading(actor):
        return [(one.number, one.code) for one in queries.page(actor, which, Asked(**asked), today=today)]


def test_every_list_has_its_words_and_says_which_states_it_knows() -> None:
    assert all(one.words and one.about for one in Worklist)
    assert set(STATES) == set(Worklist)
    assert {state for states in STATES.values() for state in states} == set(State)


def test_the_month_ends_on_its_last_day_also_in_a_leap_year() -> None:
    assert month_end(date(2028, 2, 3)) == date(2028, 2, 29)
    assert month_end(date(2026, 12, 31)) == date(2026, 12, 31)


def test_what_closes_this_month_is_due_and_what_has_closed_is_late(hospital: Hospital) -> None:
    hospital.infused(INFUSED, number="HL-1")
    by = hospital.coordinator
    assert listed(by, Worklist.DUE) == []
    assert listed(by, Worklist.DUE, today=date(2027, 1, 2)) == [("HL-1", "Y01")]
    assert listed(by, Worklist.LATE) == [("HL-1", "D100"), ("HL-1", "M06")]
    assert listed(by, Worklist.LATE, today=date(2026, 3, 15)) == []
    assert listed(by, Worklist.LATE, today=date(2026, 3, 16)) == [("HL-1", "D100")]


def test_the_states_of_a_list_leave_the_lines_they_name(hospital: Hospital) -> None:
    hospital.infused(INFUSED, number="HL-1")
    by = hospital.coordinator
    assert listed(by, Worklist.LATE, state=State.UP_TO_A_MONTH) == []
    assert len(listed(by, Worklist.LATE, state=State.UP_TO_A_YEAR)) == 2
    assert len(listed(by, Worklist.LATE, state=State.LONGER, today=date(2027, 6, 20))) == 2
    assert listed(by, Worklist.DUE, state=State.OPEN, today=date(2027, 1, 2)) == [("HL-1", "Y01")]
    assert listed(by, Worklist.DUE, state=State.AHEAD, today=date(2027, 1, 2)) == []


def test_a_visit_without_a_window_stands_in_a_list_of_its_own(world: World) -> None:
    hospital = world.hospital(EUROPE).certified(date(2025, 6, 1))
    hospital.infused(date(2026, 8, 16), number="EU-1")
    by = hospital.coordinator
    assert listed(by, Worklist.UNSET) == [("EU-1", "D000"), ("EU-1", "D100")]
    assert listed(by, Worklist.UNSET, state=State.AHEAD) == [("EU-1", "D100")]
    assert listed(by, Worklist.UNSET, state=State.PASSED) == [("EU-1", "D000")]
    assert listed(by, Worklist.UNSET, state=State.PASSED, today=date(2026, 11, 25))[1:] == [("EU-1", "D100")]
    assert listed(by, Worklist.DUE) == listed(by, Worklist.LATE) == []


def test_who_is_lost_stands_in_a_list_until_found_or_known_to_have_died(hospital: Hospital) -> None:
    key, by = hospital.infused(INFUSED, number="HL-1"), hospital.coordinator
    said: dict[str, Any] = {"by": by, "now": hospital.world.now}
    for day in (1, 2, 3):
        tried = {"way": Way.CALL, "outcome": Outcome.NOT_REACHED, "note": ""}
        turns.note_attempt(key, holds_on=date(2026, 6, day), **tried, **said)
    turns.lose(key, on=date(2026, 6, 10), reason="Moved.", **said)
    assert listed(by, Worklist.LOST) == [("HL-1", "")]
    found = turns.find(key, on=date(2026, 6, 20), reason="Called.", **said)
    assert listed(by, Worklist.LOST) == []
    turns.take_back(found, reason="Somebody else called.", **said)
    assert listed(by, Worklist.LOST) == [("HL-1", "")]
    died = {"survival": Survival.DEAD, "contact": ContactKind.REGISTRY, "answers": {}, "died_on": date(2026, 6, 1)}
    actions.record_visit(key, "M06", holds_on=date(2026, 7, 1), **died, **said)
    assert listed(by, Worklist.LOST) == []


def test_who_is_offered_to_another_site_stands_in_a_list_while_the_code_holds(hospital: Hospital) -> None:
    key, by = hospital.infused(INFUSED, number="HL-1"), hospital.coordinator
    said: dict[str, Any] = {"by": by, "now": utcnow()}
    _, offered = handover.offer(key, reason="Moved.", days=9, **said)
    assert listed(by, Worklist.TRANSFER) == [("HL-1", "")]
    handover.withdraw(offered, **said)
    assert listed(by, Worklist.TRANSFER) == []


def test_a_list_is_filtered_by_site_program_product_track_and_the_beginning_of_the_number(
    world: World, hospital: Hospital
) -> None:
    hospital.infused(INFUSED, number="HL-1")
    hospital.infused(INFUSED, number="XX-9")
    by = hospital.coordinator
    whole = listed(by, Worklist.LATE)
    assert len(whole) == 4
    for kept in (
        {"site": hospital.site_id},
        {"site_name": "HARROW l"},
        {"program": LABEL},
        {"product": programs.program(LABEL).products[0].name},
        {"track": programs.program(LABEL).tracks[0]},
    ):
        assert listed(by, Worklist.LATE, **kept) == whole
    assert {number for number, _ in listed(by, Worklist.LATE, text="hl 1")} == {"HL-1"}
    for none in (
        {"site": uuid4()},
        {"site_name": "Arrow"},
        {"program": EUROPE},
        {"product": "None"},
        {"track": "None"},
    ):
        assert listed(by, Worklist.LATE, **none) == []


def test_each_sees_the_lists_of_its_own_sites_alone(world: World, hospital: Hospital) -> None:
    hospital.infused(INFUSED, number="HL-1")
    stranger = world.hospital(LABEL, country="US").coordinator
    auditor = world.account(Role.AUDITOR, program_id=programs.key(LABEL))
    assert listed(stranger, Worklist.LATE) == listed(world.account(Role.ADMINISTRATOR), Worklist.LATE) == []
    assert len(listed(auditor, Worklist.LATE)) == len(listed(Actor.system("a test"), Worklist.LATE)) == 2


def test_many_sites_are_filtered_by_the_beginning_of_their_name(
    world: World, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading(hospital.manager):
        assert queries.sites_seen(hospital.manager) == [(hospital.site_id, "Harrow Lake")]
        monkeypatch.setattr(queries, "MOST_SITES", 0)
        assert queries.sites_seen(hospital.manager) is None


def test_pages_by_key_give_every_line_once_and_in_order(hospital: Hospital) -> None:
    for number in range(4):
        hospital.infused(INFUSED - timedelta(days=number % 2), number=f"HL-{number}")
    by, seen, after = hospital.coordinator, [], ""
    with reading(by):
        whole = queries.page(by, Worklist.LATE, Asked(), today=TODAY)
        while True:
            found = queries.page(by, Worklist.LATE, Asked(), today=TODAY, after=after, size=3)
            seen += found[:3]
            if len(found) <= 3:
                break
            after = found[2].key
        assert queries.count(by, Worklist.LATE, Asked(), today=TODAY) == 8
    assert [one.id for one in seen] == [one.id for one in whole]


@pytest.mark.parametrize("text", ["x", "2026-01-01_x", "2026-13-01_", "_"])
def test_a_place_in_a_list_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput, match="is no place in this list"):
        read_key(text)


@pytest.fixture
def signed(client: FlaskClient, world: World, hospital: Hospital) -> FlaskClient:
    world.now = utcnow()
    hospital.infused(world.today - timedelta(days=300), number="HL-1")
    world.sign_in(client, hospital.coordinator)
    return client


def test_the_page_shows_a_list_with_its_counts_filters_and_files(signed: FlaskClient) -> None:
    page = signed.get("/visits/lists/late").text
    assert "HL-1" in page and "Harrow Lake" in page and "days late" in page
    assert "/visits/lists/late.csv" in page and "/visits/lists/late.xlsx" in page
    for which in Worklist:
        assert signed.get(f"/visits/lists/{which.value}").status_code == 200
    assert "Nothing fits" in signed.get("/visits/lists/late?q=ZZ").text


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/visits/lists/none", 404, "There is no worklist"),
        ("/visits/lists/late?site=x", 200, "Nothing fits"),
        ("/visits/lists/late?program=x", 422, "choose one of the list"),
        ("/visits/lists/late?state=open", 422, "is none of this list"),
        ("/visits/lists/late?after=x", 422, "is no place in this list"),
    ],
)
def test_a_filter_that_is_none_is_answered_in_words(signed: FlaskClient, url: str, status: int, said: str) -> None:
    answer = signed.get(url)
    assert answer.status_code == status
    assert said in answer.text


def test_the_files_hold_every_line_with_days_as_days(signed: FlaskClient) -> None:
    table = list(csv.reader(io.StringIO(signed.get("/visits/lists/late.csv").get_data().decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(signed.get("/visits/lists/late.xlsx").data)).active
    lines = [[cell.value for cell in row] for row in sheet.rows]
    assert table[0] == lines[0]
    assert len(table) == len(lines) == 3
    assert [row[0] for row in table[1:]] == [row[0] for row in lines[1:]] == ["HL-1", "HL-1"]
    assert lines[1][8].date().isoformat() == table[1][8]


def test_who_sees_no_patients_gets_no_list(client: FlaskClient, world: World) -> None:
    world.now = utcnow()
    world.sign_in(client, world.account(Role.ADMINISTRATOR))
    assert client.get("/visits/lists").status_code == 403
    assert client.get("/visits/lists/late.xlsx").status_code == 403
