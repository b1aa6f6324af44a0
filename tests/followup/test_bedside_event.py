"""The course at the bedside becomes the adverse event, and what becomes of it its next state."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.events import actions as reported
from rems.events import queries as events
from rems.events.actions import Happening
from rems.events.models import AdverseEvent
from rems.events.rules import Kind, Outcome, Seriousness
from rems.followup.bedside import reporting
from rems.followup.bedside.course import Scale
from rems.followup.bedside.rules import Pressure
from tests.factories import Hospital, World
from tests.followup.at_bedside import INFUSED, course, give, keep, look, toci
from tests.followup.treated import Treated


@pytest.fixture
def treated(world: World, hospital: Hospital) -> Treated:
    return Treated(hospital.infused(INFUSED), hospital, world)


def report(treated: Treated, scale: Scale = Scale.CRS, **said: Any) -> UUID:
    values: dict[str, Any] = {"seriousness": [Seriousness.HOSPITALIZATION], "by": treated.by, "now": treated.world.now}
    return reporting.report(treated.id, scale, **{**values, **said})


def event(treated: Treated, key: UUID) -> AdverseEvent:
    with reading(treated.by):
        found = events.event(treated.by, key)
        db.session.expunge_all()
        return found


def test_the_course_becomes_the_event_without_retyping(treated: Treated) -> None:
    keep(treated, look(36, "38.6"))
    keep(treated, look(60, "39.4", pressure=Pressure.ONE))
    give(treated, toci(61))
    row = event(treated, report(treated))
    assert (row.group, row.term) == ("crs", "Cytokine release syndrome")
    assert (row.holds_on, row.site_aware_on, row.ended_on) == (date(2026, 11, 17), date(2026, 11, 17), None)
    assert (row.grade, row.computed_grade, row.outcome) == (3, 3, Outcome.NOT_RECOVERED)
    assert "One vasopressor: grade 3" in row.grade_steps
    assert "Given: Tocilizumab 592 mg 18 Nov 2026, 23:20 CST." in row.narrative
    assert row.infusion_id is not None
    assert treated.world.trail("bedside.report")


def test_what_becomes_of_the_course_is_told_as_the_next_state_of_the_case(treated: Treated) -> None:
    keep(treated, look(36, "38.6"))
    first = report(treated)
    with reading(treated.by):
        told = reporting.told(treated.by, course(treated), Scale.CRS)
        assert told is not None
        assert told.differs == ()
    with pytest.raises(BadInput, match="It is reported already, as US-REMS-2026-"):
        report(treated)
    keep(treated, look(60, "39.4", pressure=Pressure.LOW))
    keep(treated, look(150, "36.6"))
    with reading(treated.by):
        told = reporting.told(treated.by, course(treated), Scale.CRS)
        assert told is not None
        assert told.differs == ("grade 2", "its end")
    second = event(treated, report(treated, seen=first))
    assert (second.supersedes_id, second.grade, second.outcome) == (first, 2, Outcome.RECOVERED)
    assert second.ended_on == date(2026, 11, 22)
    assert second.case_number == event(treated, first).case_number
    with pytest.raises(StaleRecord):
        report(treated, seen=first)


def test_what_somebody_wrote_in_their_own_words_stays(treated: Treated) -> None:
    happened = Happening(
        kind=Kind.CRS,
        term="",
        began_on=date(2026, 11, 17),
        site_aware_on=date(2026, 11, 17),
        day_zero=date(2026, 11, 18),
        seriousness=[Seriousness.HOSPITALIZATION],
        outcome=Outcome.RECOVERING,
        grade=1,
        narrative="Chills since noon.",
    )
    first = reported.report(treated.id, happened, by=treated.by, now=treated.world.now)
    keep(treated, look(36, "39.4", pressure=Pressure.LOW))
    second = report(treated, seen=first)
    assert event(treated, second).narrative.startswith("Chills since noon.\n\nFrom bedside entries")
    keep(treated, look(150, "36.6"))
    told = event(treated, report(treated, seen=second)).narrative
    assert (told.count("Chills"), told.count("From bedside entries")) == (1, 1)


def test_neurotoxicity_is_reported_with_what_its_grade_rests_on(treated: Treated) -> None:
    keep(treated, look(60, motor_weakness=True))
    row = event(treated, report(treated, Scale.ICANS))
    assert (row.group, row.grade, row.computed_grade) == ("icans", 4, 4)
    assert row.grade_inputs is not None
    assert row.grade_inputs["motor_weakness"] is True


def test_a_severe_event_asks_why_it_was_not_serious(treated: Treated) -> None:
    keep(treated, look(60, "39.4", pressure=Pressure.ONE))
    with pytest.raises(BadInput, match="CRS of grade 3 counts as serious"):
        report(treated, seriousness=[])
    report(treated, seriousness=[], not_serious_reason="The vasopressor was given for sedation.")


def test_an_event_that_becomes_serious_later_counts_its_days_from_then(treated: Treated) -> None:
    keep(treated, look(36, "38.6"))
    early = treated.world.now - timedelta(days=5)
    first = report(treated, seriousness=[], now=early)
    assert event(treated, first).day_zero == date(2026, 11, 19)
    keep(treated, look(60, "39.4", pressure=Pressure.LOW))
    assert event(treated, report(treated, seen=first)).day_zero == date(2026, 11, 24)


def test_without_a_graded_entry_nothing_is_reported(treated: Treated) -> None:
    keep(treated, look(20))
    with pytest.raises(NotFound, match="no graded entry of CRS"):
        report(treated)


def test_a_death_is_not_told_by_entries(treated: Treated) -> None:
    keep(treated, look(36, "38.6"))
    with pytest.raises(BadInput, match="report the death with the form for any event"):
        report(treated, seriousness=[Seriousness.DEATH])


def test_only_those_who_report_events_send_the_course(treated: Treated) -> None:
    keep(treated, look(36, "38.6"))
    pharmacist = treated.world.account(Role.PHARMACIST, site_id=treated.hospital.site_id)
    with pytest.raises(NotAllowed):
        report(treated, by=pharmacist)
