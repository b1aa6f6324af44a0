"""When what a person took does not count any more: editions that come, editions that go, and time."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.programs import files
from rems.programs.aging import VALID_FOR, Renewal, last_day, next_renewal, renewed_by
from rems.programs.duties import Material, Requirement, Version
from rems.programs.terms import Ask, Confidence, EvidenceKind, Quantity, Unit

FIRST = files.load(Path(__file__).parents[2] / "config" / "programs").programs["US-FDA-REMS-KYMRIAH"].versions[0]
STAFF = next(r for r in FIRST.requirements if r.ask is Ask.EACH_STAFF_HAS)
KIND = EvidenceKind.STAFF_TRAINING
ON = date(2024, 3, 1)
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))
RENEWALS = st.builds(
    Renewal,
    kind=st.sampled_from([KIND, EvidenceKind.LIVE_TRAINING]),
    title=st.just("Slides"),
    edition=st.sampled_from(["edition 1", "edition 2"]),
    from_on=DAYS,
    until_on=st.none() | DAYS,
)


def asked(ask: Ask = Ask.EACH_STAFF_HAS, kind: EvidenceKind | None = KIND, **parameters: object) -> Requirement:
    values = {"code": "T", "title": "Training", "actor": STAFF.actor, "subject": STAFF.subject, "stage": STAFF.stage}
    return Requirement(**values, ncit_code=None, cadence=STAFF.cadence, ask=ask, evidence=kind, parameters=parameters)


def version(*materials: Material) -> Version:
    return replace(FIRST, materials=materials)


def edition(from_on: date, *, kind: EvidenceKind = KIND, until_on: date | None = None, name: str = "2") -> Renewal:
    return Renewal(kind, "Slides", f"edition {name}", from_on, until_on)


@pytest.mark.parametrize(
    ("one", "on", "asks"),
    [
        (edition(ON), ON - timedelta(1), False),
        (edition(ON), ON, True),
        (edition(ON, until_on=date(2024, 6, 1)), date(2024, 5, 31), True),
        (edition(ON, until_on=date(2024, 6, 1)), date(2024, 6, 1), False),
        (edition(ON, until_on=ON), ON, False),
    ],
)
def test_an_edition_asks_from_its_first_day_to_the_day_before_it_is_withdrawn(one, on, asks):
    assert one.asks(on) is asks
    assert renewed_by(asked(), version(), [one], on) == (one if asks else None)


@pytest.mark.parametrize(
    ("requirement", "renewed"),
    [
        (asked(), True),
        (asked(Ask.REPRESENTATIVE_HAS), True),
        (asked(kind=EvidenceKind.LIVE_TRAINING), False),
        (asked(Ask.SITE_HAS), False),
        (asked(Ask.EVENT_DRIVEN), False),
        (asked(kind=None), False),
    ],
)
def test_a_published_edition_renews_what_is_asked_of_people_in_its_kind(requirement, renewed):
    assert bool(renewed_by(requirement, version(), [edition(ON)], ON)) is renewed


def test_a_program_s_own_material_renews_the_requirements_it_names():
    own = Material("M", "Program slides", "2", ON, ("T",), Confidence.FOUND)
    assert renewed_by(asked(), version(own), [], ON) == Renewal(KIND, "Program slides", "2", ON)
    assert renewed_by(asked(Ask.SITE_HAS), version(own), [], ON)
    assert renewed_by(STAFF, version(own), [], ON) is None


def test_the_newest_edition_that_asks_counts():
    older, newer = edition(ON), edition(date(2024, 9, 1), name="3", until_on=date(2025, 1, 1))
    assert renewed_by(asked(), version(), [newer, older], date(2024, 10, 1)) == newer
    assert renewed_by(asked(), version(), [newer, older], date(2025, 1, 1)) == older


def test_the_next_one_is_the_first_to_come():
    soon, later = edition(date(2024, 3, 5)), edition(date(2024, 3, 20), name="3")
    never = edition(date(2024, 3, 3), until_on=date(2024, 3, 3))
    several, days = [later, never, edition(ON), soon], {"after": ON, "by": ON + timedelta(30)}
    assert next_renewal(asked(), version(), several, **days) == soon
    assert next_renewal(asked(), version(), [later], after=ON, by=date(2024, 3, 19)) is None
    assert next_renewal(asked(), version(), [edition(ON)], **days) is None


@given(st.lists(RENEWALS, max_size=6), RENEWALS, DAYS)
def test_an_edition_that_comes_later_never_changes_an_earlier_day(several, new, on):
    if new.from_on > on:
        assert renewed_by(asked(), version(), [*several, new], on) == renewed_by(asked(), version(), several, on)


@given(st.lists(RENEWALS, max_size=6), DAYS, DAYS)
def test_withdrawing_editions_never_changes_a_day_before(several, gone, on):
    withdrawn = [replace(one, until_on=min(one.until_on or gone, gone)) for one in several]
    if on < gone:
        before, after = (renewed_by(asked(), version(), those, on) for those in (several, withdrawn))
        assert (before and before.from_on) == (after and after.from_on)


@pytest.mark.parametrize(
    ("span", "taken", "last"),
    [
        (Quantity(2, Unit.YEARS), date(2022, 5, 3), date(2024, 5, 2)),
        (Quantity(1, Unit.YEARS), date(2024, 2, 29), date(2025, 2, 27)),
        (Quantity(4, Unit.YEARS), date(2020, 2, 29), date(2024, 2, 28)),
        (Quantity(1, Unit.YEARS), date(2024, 3, 1), date(2025, 2, 28)),
        (Quantity(1, Unit.YEARS), date(2023, 3, 1), date(2024, 2, 29)),
        (Quantity(6, Unit.MONTHS), date(2024, 8, 31), date(2025, 2, 27)),
        (Quantity(30, Unit.CALENDAR_DAYS), date(2024, 1, 1), date(2024, 1, 30)),
        (Quantity(1, Unit.WEEKS), date(2024, 1, 1), date(2024, 1, 7)),
        (Quantity(48, Unit.HOURS), date(2024, 1, 1), None),
        (Quantity(15, Unit.WORKING_DAYS), date(2024, 1, 1), None),
        (None, date(2024, 1, 1), None),
        (24, date(2024, 1, 1), None),
    ],
)
def test_what_is_valid_for_a_time_counts_to_its_last_day(span, taken, last):
    assert last_day(asked(**{VALID_FOR: span}), taken) == last


def test_without_an_age_it_has_no_end():
    assert last_day(asked(), ON) is None


SPANS = st.builds(
    Quantity, st.integers(1, 60), st.sampled_from([Unit.YEARS, Unit.MONTHS, Unit.WEEKS, Unit.CALENDAR_DAYS])
)


@given(SPANS, DAYS, st.integers(0, 900))
def test_what_is_taken_later_never_ends_earlier(span, taken, days):
    one = asked(**{VALID_FOR: span})
    earlier, later = last_day(one, taken), last_day(one, taken + timedelta(days))
    assert earlier is not None and later is not None
    assert taken <= earlier <= later
