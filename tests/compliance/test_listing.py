"""The list of deviations: what the database decides is what the rules decide, in a constant number of statements."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import column, select, values
from sqlalchemy import types as kinds

from rems.compliance import actions, listing, queries, standing
from rems.compliance.listing import STATES, Asked
from rems.compliance.models import CorrectiveAction, Deviation
from rems.compliance.rules import LATE, UNFINISHED, DeviationSeverity, DeviationSource, is_open, state_of
from rems.core.clock import utcnow
from rems.core.db import db, reading, transaction
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites.rules import folded
from tests.counting import counted
from tests.factories import EUROPE, KYMRIAH, Hospital, World

DAY = date(2026, 6, 1)


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE, name="Klinikum Süd")


@pytest.fixture
def said(hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": hospital.world.now}


def found(hospital: Hospital, asked: Asked, lens: Lens, **page: int) -> list[UUID]:
    with reading(hospital.manager):
        return [one.row.root_id for one in listing.lines(hospital.manager, asked, lens, **page)]


def test_the_database_finds_late_what_the_rules_find_late(hospital: Hospital, world: World) -> None:
    deviation = hospital.deviation(DAY)
    due, check = DAY + timedelta(4), DAY + timedelta(8)
    place = {"scope_id": hospital.scope_id, "program_id": next(iter(hospital.manager.programs)), "holds_on": DAY}
    with transaction(hospital.coordinator, "test.actions", at=world.now) as session:
        for done, checked in product([None, *range(10)], repeat=2):
            if checked is None or (done is not None and checked >= done):
                key = uuid7()
                row = CorrectiveAction(id=key, root_id=key, deviation_id=deviation, kind="corrective", **place)
                row.what, row.owner, row.due_on, row.check_on = "Train her", "Ilse", due, check
                row.done_on = None if done is None else DAY + timedelta(done)
                row.checked_on = None if checked is None else DAY + timedelta(checked)
                row.effective = None if checked is None else True
                row.done_note = row.check_note = ""
                session.add(row)
    with reading(hospital.manager):
        for days in range(12):
            on = DAY + timedelta(days)
            columns = (standing.unfinished(on), standing.is_late(on), standing.due_day(on))
            for row, unfinished, late, by in db.session.execute(select(CorrectiveAction, *columns)):
                state = state_of(queries.step_of(row), on)
                assert (unfinished, late) == (state in UNFINISHED, state in LATE)
                if unfinished:
                    assert by == (due if row.done_on is None or row.done_on > on else check)


def test_the_page_and_its_counts_are_those_of_the_whole_list(world: World, hospital: Hospital, said) -> None:
    """Thirty deviations of all severities, late, open and closed, in the order of the rules."""
    whole: list[tuple[bool, bool, int, date, UUID]] = []
    on = DAY + timedelta(60)
    for number in range(30):
        severity = list(DeviationSeverity)[number % 3]
        found_on = DAY + timedelta(number % 7)
        key = hospital.deviation(found_on, severity=severity, summary=f"Number {number}")
        late = number % 4 == 1
        if late:
            hospital.action(key, due_on=DAY + timedelta(30))
        if closed := number % 5 == 0 and severity is DeviationSeverity.MINOR and not late:
            seen = actions.investigate(key, "Known", **said)
            actions.close(seen, closed_on=on, **said)
        whole.append((closed, not late, list(DeviationSeverity).index(severity), found_on, key))
    wanted = [key for *_, key in sorted(whole, key=lambda w: (*w[:3], -w[3].toordinal(), -w[4].int))]
    lens = Lens(on)
    assert found(hospital, Asked(), lens) == wanted
    pages = [found(hospital, Asked(), lens, number=n, size=13) for n in (1, 2, 3, 4)]
    assert [key for page in pages for key in page] == wanted
    assert [len(page) for page in pages] == [13, 13, 4, 0]
    with reading(hospital.manager):
        numbers = listing.counts(hospital.manager, Asked(state="late"), lens)
        lines = listing.lines(hospital.manager, Asked(), lens)
        assert all(one.open is is_open(one.row.closed_on, on) for one in lines)
    states = Counter("closed" if not one.open else "open" for one in lines)
    late_ones = sum(one.open and one.late > 0 for one in lines)
    assert numbers == {"": 30, "open": states["open"], "late": late_ones, "closed": states["closed"]}
    assert states["closed"] and late_ones
    for state in STATES:
        assert len(found(hospital, Asked(state=state), lens)) == numbers[state]


def test_a_day_before_the_end_a_closed_one_is_open_and_before_its_day_it_is_not_there(
    world: World, hospital: Hospital, said
) -> None:
    key = hospital.deviation(DAY, severity=DeviationSeverity.MINOR)
    actions.close(actions.investigate(key, "Known", **said), closed_on=DAY + timedelta(9), **said)
    for days, state in ((-1, ""), (0, "open"), (8, "open"), (9, "closed")):
        lens = Lens(DAY + timedelta(days))
        assert [s for s in STATES if found(hospital, Asked(state=s), lens)] == ([state] if state else [])


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (Asked(severity="major"), True),
        (Asked(severity="minor"), False),
        (Asked(program=EUROPE), True),
        (Asked(program=KYMRIAH), False),
        (Asked(program="XX"), False),
        (Asked(site="no key"), False),
        (Asked(text="SCHWESTER  war"), True),
        (Asked(text="strasse"), True),
        (Asked(text="klinikum sud"), True),
        (Asked(text="eu-hcp"), True),
        (Asked(text="100%"), False),
        (Asked(text=" "), True),
    ],
)
def test_the_list_is_filtered_by_what_is_asked(hospital: Hospital, asked: Asked, fits: bool) -> None:
    what = "Die Schwester\nwar nicht geschult, Hauptstraße."
    key = hospital.deviation(DAY, summary=what, requirement_code="EU-HCP-EDUCATION")
    assert found(hospital, asked, Lens(DAY)) == ([key] if fits else [])
    assert found(hospital, Asked(site=str(hospital.site_id)), Lens(DAY)) == [key]


@pytest.mark.parametrize(
    "text", ["Straße", "ŽOFIA Nowák", "Λένα Μαρκάρδου ΣΑΣ", "ﬁbrosis  ½", "Đorđe İ", "東京 x", "a\tb\n c"]
)
def test_the_database_folds_a_text_as_names_are_folded(world: World, text: str) -> None:
    table = values(column("said", kinds.Text), name="t").data([(text,)])
    with reading(world.manager(EUROPE)):
        assert db.session.scalar(select(listing._folded(table.c.said))) == folded(text)


def test_the_number_of_statements_does_not_grow_with_the_deviations(world: World, hospital: Hospital) -> None:
    def look() -> int:
        with reading(hospital.manager), counted() as sent:
            listing.lines(hospital.manager, Asked(), Lens(DAY), number=1, size=25)
            listing.counts(hospital.manager, Asked(), Lens(DAY))
            queries.counts([hospital.scope_id, other.scope_id], Lens(DAY))
        return len(sent)

    other = world.hospital(EUROPE)
    hospital.deviation(DAY)
    few = look()
    for place in (hospital, other):
        for _ in range(5):
            place.action(place.deviation(DAY), due_on=DAY + timedelta(10))
    assert look() == few == 5  # who asks; the list, its counts; deviations and actions of the entries


def test_what_stands_open_is_counted_for_each_entry(world: World, hospital: Hospital, said) -> None:
    other, empty = world.hospital(EUROPE), world.hospital(EUROPE)
    for severity in (DeviationSeverity.MAJOR, DeviationSeverity.MAJOR, DeviationSeverity.MINOR):
        key = hospital.deviation(DAY, severity=severity)
    hospital.deviation(DAY, severity=DeviationSeverity.CRITICAL, source=DeviationSource.AUDIT)
    actions.close(actions.investigate(key, "Known", **said), closed_on=DAY, **said)
    theirs = other.deviation(DAY)
    for days in (20, 30, 40):
        action = other.action(theirs, due_on=DAY + timedelta(days))
    actions.finish(action, done_on=DAY + timedelta(35), note="Done", by=other.coordinator, now=world.now)
    with reading(hospital.manager):
        counted_ = queries.counts([hospital.scope_id, other.scope_id, empty.scope_id], Lens(DAY + timedelta(30)))
    ours, there, none = (counted_[one.scope_id] for one in (hospital, other, empty))
    assert dict(ours.deviations) == {"critical": 1, "major": 2, "minor": 0}
    assert dict(ours.audit_findings) == {"critical": 1, "major": 0, "minor": 0}
    assert (ours.actions_open, ours.actions_late) == (0, 0)
    assert (there.actions_open, there.actions_late) == (3, 1)
    assert dict(none.deviations) == dict.fromkeys(DeviationSeverity, 0)
    assert (none.actions_open, none.actions_late) == (0, 0)


def test_the_list_says_a_cause_from_the_day_it_was_stated(world: World, hospital: Hospital) -> None:
    world.now = utcnow()
    key = hospital.deviation(world.today - timedelta(10))
    actions.investigate(key, "The list was old.", by=hospital.coordinator, now=world.now)
    with reading(hospital.manager):
        [row] = db.session.scalars(queries.visible(hospital.manager, Deviation))
        stated_on = row.recorded_at.date()
        for on, cause in ((stated_on - timedelta(1), ""), (stated_on, "The list was old.")):
            assert [one.cause for one in listing.lines(hospital.manager, Asked(), Lens(on))] == [cause]
            assert queries.cause(row, on, "UTC") == cause
