"""Audits of many sites: the list, what is due next, what each side has to see to."""

from datetime import date, timedelta

import pytest

from rems.compliance.audits import ahead, due, listing, reporting
from rems.compliance.audits.due import DueState
from rems.compliance.audits.listing import Asked
from rems.core.actor import Actor
from rems.core.db import reading
from rems.core.lens import Lens
from tests.compliance.audited import CRITICAL, MINOR, Audited, planned
from tests.factories import EUROPE, LABEL, Hospital, World


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def audit(hospital: Hospital) -> Audited:
    return planned(hospital)


def test_the_list_has_what_is_to_be_done_first_and_counts_each_state(hospital: Hospital, audit: Audited) -> None:
    done = planned(hospital).begun().answered().noted(CRITICAL, MINOR).reported()
    done.corrected(2)
    later = planned(hospital, on=audit.today + timedelta(20))
    with reading(hospital.manager):
        lens = Lens(audit.today)
        found = listing.lines(hospital.manager, Asked(), lens)
        assert [line.row.root_id for line in found] == [audit.key, later.key, done.key]
        assert (found[-1].findings, found[-1].open, found[0].overdue) == (2, 1, False)
        assert listing.counts(hospital.manager, Asked(), lens) == {
            "": 3, "planned": 2, "underway": 0, "reported": 1, "closed": 0, "canceled": 0,
        }  # fmt: skip
        [one] = listing.lines(hospital.manager, Asked(state="reported", program=EUROPE), lens)
        assert one.row.root_id == done.key
        [same] = listing.lines(hospital.manager, Asked(text=one.row.number.lower()), lens)
        assert same.row.root_id == done.key
        assert [x.overdue for x in listing.lines(hospital.manager, Asked(), Lens(audit.today + timedelta(1)))][0]
        assert listing.lines(hospital.manager, Asked(program=LABEL), lens) == []


def test_each_certified_site_has_a_day_for_its_next_audit(world: World) -> None:
    hospital = world.hospital(EUROPE).certified(world.today - timedelta(days=100))
    manager = hospital.manager
    with reading(manager):
        [one] = due.due(manager, Lens(world.today))
    assert (one.due_on, one.state) == (world.today + timedelta(days=80), DueState.TO_PLAN)
    audit = planned(hospital, on=world.today)
    with reading(manager):
        assert [d.state for d in due.due(manager, Lens(world.today))] == [DueState.PLANNED]
        assert [d.state for d in due.due(manager, Lens(world.today + timedelta(81)))] == [DueState.OVERDUE]
    audit.begun().answered().reported()
    with reading(manager):
        [one] = due.due(manager, Lens(world.today))
        assert one.last_held_on == world.today
        assert one.due_on == date(world.today.year + 1, world.today.month, world.today.day)
        assert due.due(manager, Lens(world.today - timedelta(days=200))) == []  # not certified yet
        assert due.due(manager, Lens(world.today), text="Nowhere") == []


def test_the_home_page_of_each_side_says_what_is_to_be_seen_to(hospital: Hospital, audit: Audited) -> None:
    def says(actor: Actor, days: int = 7) -> list[str]:
        with reading(actor):
            return [one.what.removesuffix(number) for one in ahead.ahead(actor, audit.today, days)]

    number = audit.row().number
    planned(hospital, on=audit.today + timedelta(20))
    assert says(hospital.manager) == says(hospital.coordinator) == ["Audit "]
    assert len(says(hospital.manager, 30)) == 2
    audit.begun().answered().noted(CRITICAL, MINOR).reported()
    assert says(hospital.manager) == []
    assert says(hospital.coordinator) == ["Answer 2 findings of audit "]
    reporting.respond(audit.findings()[0].row.root_id, "We agree.", seen=None, **audit.site)
    assert says(hospital.coordinator) == ["Answer 1 finding of audit "]
