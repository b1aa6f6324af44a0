"""What was known of a program when: later rules, days and settings never change an earlier answer."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.db import reading
from rems.programs import files, knowing, queries
from rems.programs.rules import Closure, Confidence, Local, Program, ProgramStatus, Quantity, TriggerKind, Unit
from tests.factories import KYMRIAH, World
from tests.programs.conftest import CONFIG

PROGRAMS = files.load(CONFIG).programs
BORN = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE, LATER = BORN - timedelta(days=900), BORN + timedelta(days=100)
PROGRAM = PROGRAMS[KYMRIAH]
FIRST, SECOND = (v.version for v in PROGRAM.versions)
OPEN = replace(
    PROGRAM,
    status=ProgramStatus.ACTIVE,
    closure=None,
    versions=(replace(PROGRAM.versions[0], effective_to=None), PROGRAM.versions[1]),
    local=Local(graces={TriggerKind.NEW_REPRESENTATIVE: Quantity(30, Unit.CALENDAR_DAYS)}, overridden_by="pharmacist"),
)
EXCEPTION = PROGRAM.exceptions[0].code


def loaded(**given: object) -> knowing.Loaded:
    """Born with the first version, open; the second version, the exception, the closure and its days came later."""
    values = {
        "born": BORN,
        "versions": {FIRST: BORN, SECOND: LATER},
        "exceptions": {EXCEPTION: LATER},
        "states": ((BORN, knowing.content(OPEN)), (LATER, knowing.content(PROGRAM))),
    }
    return knowing.Loaded(**{**values, **given})  # type: ignore[arg-type]


def test_now_is_the_program_itself() -> None:
    assert knowing.as_known(PROGRAM, None, None) is PROGRAM
    assert knowing.as_known(PROGRAM, loaded(), LATER) is PROGRAM


@pytest.mark.parametrize("moment", [BEFORE, BORN, LATER - timedelta(microseconds=1)])
def test_before_its_moment_a_version_an_exception_a_closure_and_a_setting_are_not_known(moment: datetime) -> None:
    found = knowing.as_known(PROGRAM, loaded(), moment)
    assert [v.version for v in found.versions] == [FIRST]
    assert found.versions[0].effective_to is None
    assert (found.exceptions, found.closure, found.status) == ((), None, ProgramStatus.ACTIVE)
    assert found.local.overridden_by == "pharmacist"
    assert dict(found.local.graces) == {TriggerKind.NEW_REPRESENTATIVE: Quantity(30, Unit.CALENDAR_DAYS)}
    assert found.is_open(date(2026, 1, 1))


def test_a_program_that_was_not_loaded_has_no_version() -> None:
    assert knowing.as_known(PROGRAM, None, LATER).versions == ()
    young = loaded(versions={FIRST: LATER, SECOND: LATER})
    assert knowing.as_known(PROGRAM, young, BEFORE).versions == ()


DAYS = st.none() | st.dates(date(2025, 7, 1), date(2030, 1, 1))
SPANS = st.none() | st.builds(Quantity, st.integers(1, 400), st.sampled_from((Unit.CALENDAR_DAYS, Unit.MONTHS)))
PROGRAM_LATER = st.builds(
    lambda end, closed, role, every, mark, tries: replace(
        OPEN,
        versions=(*OPEN.versions[:1], replace(OPEN.versions[1], effective_to=end)),
        closure=Closure(closed, "ended", ("S01",), Confidence.FOUND) if closed else None,
        local=Local(overridden_by=role, audit_every=every, pass_mark_percent=mark, max_attempts=tries),
    ),
    DAYS,
    DAYS,
    st.sampled_from(("", "pharmacist", "treating_physician")),
    SPANS,
    st.none() | st.integers(1, 100),
    st.none() | st.integers(0, 999),
)


@given(st.lists(PROGRAM_LATER, max_size=4), st.integers(0, 5000))
def test_whatever_is_loaded_later_an_earlier_answer_stays(later: list[Program], minutes: int) -> None:
    asked_for = BORN + timedelta(minutes=minutes)
    first = loaded(versions={FIRST: BORN}, exceptions={}, states=((BORN, knowing.content(OPEN)),))
    answer = knowing.as_known(replace(OPEN, versions=OPEN.versions[:1], exceptions=()), first, asked_for)
    states = [(BORN, knowing.content(OPEN))]
    for number, program in enumerate(later, 1):
        states.append((asked_for + timedelta(minutes=number), knowing.content(program)))
        after = asked_for + timedelta(minutes=number)
        known = loaded(versions={FIRST: BORN, SECOND: after}, exceptions={EXCEPTION: after}, states=tuple(states))
        assert knowing.as_known(program, known, asked_for) == answer


@given(PROGRAM_LATER)
def test_what_is_kept_gives_the_program_back(program: Program) -> None:
    known = loaded(states=((BORN, knowing.content(program)),))
    found = knowing.as_known(program, known, LATER)
    assert knowing.content(found) == knowing.content(program)
    assert (found.closure is None) == (program.closure is None)


def test_what_the_installation_was_born_with_is_known_at_every_moment_before(world: World) -> None:
    with reading(world.manager()):
        for program in queries.catalogue().programs.values():
            assert queries.as_known(program, None) is program
            assert queries.as_known(program, datetime(2018, 1, 1, tzinfo=UTC)) is program


def test_the_weight_and_the_statements_of_an_earlier_moment_stay_when_they_change() -> None:
    heavier = replace(OPEN, attestations=(replace(OPEN.attestations[0], text="Other words"),), clocks=OPEN.clocks[:1])
    known = loaded(states=((BORN, knowing.content(OPEN, 75)), (LATER, knowing.content(heavier, 90))))
    assert [knowing.weight([known], at) for at in (BEFORE, BORN, LATER)] == [75, 75, 90]
    then = knowing.as_known(heavier, known, BORN)
    assert (then.attestations, then.clocks) == (OPEN.attestations, OPEN.clocks)
    assert knowing.as_known(heavier, known, LATER).attestations[0].text == "Other words"


def test_what_was_kept_before_the_weight_was_kept_has_the_first_one_kept() -> None:
    old = {
        name: value
        for name, value in knowing.content(OPEN).items()
        if name not in ("weight_kg", "clocks", "attestations")
    }
    known = loaded(states=((BORN, old), (LATER, knowing.content(PROGRAM, 75))))
    assert knowing.weight([known], BORN) == 75
    assert knowing.weight([loaded(states=((BORN, old),))], LATER) is None
    assert knowing.as_known(PROGRAM, known, BORN).clocks == PROGRAM.clocks


def test_every_clock_and_statement_of_the_programs_is_kept_whole() -> None:
    for program in PROGRAMS.values():
        known = knowing.Loaded(
            BORN,
            {v.version: BORN for v in program.versions},
            {e.code: BORN for e in program.exceptions},
            ((BORN, json.loads(json.dumps(knowing.content(program, 75)))),),
        )
        assert knowing.as_known(replace(program, clocks=(), attestations=()), known, LATER) == program


def test_the_database_keeps_the_weight_with_the_programs(app, world: World) -> None:
    with reading(world.manager(KYMRIAH)):
        assert queries.reference_weight_kg(world.now) == queries.reference_weight_kg() == 75
