"""Who is asked what by a program version, and what stands for it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rems.programs import files
from rems.programs.aging import VALID_FOR, Renewal
from rems.programs.rules import EvidenceKind, Version
from rems.programs.terms import Quantity, Unit
from rems.sites.rules import RELEVANT, StaffRole
from rems.training.matrix import Cell, Known, matrix, requirements, tallies, title

PROGRAMS = files.load(Path(__file__).parents[2] / "config" / "programs").programs
KYMRIAH, LABEL, EUROPE = (PROGRAMS[c] for c in ("US-FDA-REMS-KYMRIAH", "US-FDA-LABEL-CART-2025", "EU-RMP-CART"))
ON = date(2019, 5, 2)
VERSION = KYMRIAH.version_on(ON)
ASKED = requirements(VERSION)
E = EvidenceKind
ALL_TAKEN = {E.LIVE_TRAINING: ON, E.STAFF_TRAINING: ON, E.KNOWLEDGE_ASSESSMENT: ON}


def nurse(name: str = "Ada", **said: object) -> Known:
    return Known(**{"name": name, "role": StaffRole.NURSE, "represents": False} | said)


@pytest.mark.parametrize(
    ("program", "day", "codes"),
    [
        (KYMRIAH, date(2017, 8, 29), []),
        (
            KYMRIAH,
            ON,
            ["AR-LIVE-TRAINING", "AR-KNOWLEDGE-ASSESSMENT", "STAFF-TRAIN", "STAFF-KNOWLEDGE-ASSESSMENT"],
        ),
        (KYMRIAH, date(2024, 6, 26), ["AR-KNOWLEDGE-ASSESSMENT"]),
        (KYMRIAH, date(2025, 6, 26), []),
        (LABEL, date(2026, 1, 1), []),
        (EUROPE, date(2026, 1, 1), ["EU-HCP-EDUCATION"]),
    ],
)
def test_what_is_asked_follows_the_version_of_the_day(program, day, codes):
    assert [r.code for r in requirements(program.version_on(day))] == codes


def test_a_column_says_when_the_representative_is_asked():
    assert [title(r) for r in ASKED] == [
        "Live training, representative",
        "Knowledge assessment, representative",
        "Staff training",
        "Knowledge assessment",
    ]


def test_only_the_representative_is_asked_for_the_live_training():
    (row,) = matrix(VERSION, [nurse()], ON)
    assert row.cells == (None, None, Cell("late", "Missing"), Cell("late", "Missing"))
    (row,) = matrix(VERSION, [nurse(represents=True, taken=ALL_TAKEN)], ON)
    assert [c and c.words for c in row.cells] == ["2 May 2019"] * 4
    assert row.gaps == 0


@pytest.mark.parametrize("role", StaffRole)
def test_relevant_roles_are_asked_and_others_are_not(role):
    (row,) = matrix(VERSION, [nurse(role=role)], ON)
    assert row.asked is (role in RELEVANT)


def test_a_failed_try_is_shown_until_one_is_passed():
    failed = {"failed": (ON, "7 of 10")}
    (row,) = matrix(VERSION, [nurse(**failed)], ON)
    assert row.cells[3] == Cell("late", "Not passed 2 May 2019, 7 of 10")
    (row,) = matrix(VERSION, [nurse(taken={E.KNOWLEDGE_ASSESSMENT: ON}, **failed)], ON)
    assert row.cells[3] == Cell("met", "2 May 2019")


def test_those_with_a_gap_come_first_then_by_name_and_those_not_asked_last():
    people = [nurse("Zoe", taken=ALL_TAKEN), nurse("Ann", role=StaffRole.OTHER), nurse("Bea", taken=ALL_TAKEN)]
    people += [nurse("Cy", taken={E.STAFF_TRAINING: ON}), nurse("Dee")]
    assert [row.person.name for row in matrix(VERSION, people, ON)] == ["Dee", "Cy", "Bea", "Zoe", "Ann"]


def test_a_tally_counts_with_the_whole_and_names_who_is_missing():
    people = [nurse(n, taken=ALL_TAKEN) for n in "AB"] + [nurse(n) for n in ("Una", "Vic", "Wes", "Xi")]
    found = tallies(ASKED, matrix(VERSION, people, ON))
    assert found[0].words == "Nobody of this day's staff is asked."
    assert found[2].words == "2 of 6. Missing: Una, Vic, Wes and 1 more."
    assert (found[2].met, found[2].asked) == (2, 6)
    assert tallies(ASKED, matrix(VERSION, people[:2], ON))[2].words == "2 of 2."


def counts_for(span: Quantity) -> Version:
    """The version, whose staff training counts for a time."""
    assert VERSION is not None
    aged = [
        replace(r, parameters={**r.parameters, VALID_FOR: span}) if r.code == "STAFF-TRAIN" else r
        for r in VERSION.requirements
    ]
    return replace(VERSION, requirements=tuple(aged))


def edition(from_on: date, name: str = "edition 2.0", *, until_on: date | None = None) -> Renewal:
    return Renewal(E.STAFF_TRAINING, "Slides", name, from_on, until_on)


def training_cell(version: Version | None, on: date, *editions: Renewal, **said: object) -> Cell | None:
    (row,) = matrix(version, [nurse(**{"taken": {E.STAFF_TRAINING: ON}} | said)], on, editions)
    return row.cells[2]


@pytest.mark.parametrize(
    ("editions", "on", "cell"),
    [
        ([edition(date(2019, 6, 1))], date(2019, 5, 1), Cell("met", "2 May 2019")),
        ([edition(date(2019, 6, 1))], ON, Cell("soon", "Edition 2.0 from 1 Jun 2019")),
        ([edition(date(2019, 6, 2))], ON, Cell("met", "2 May 2019")),
        ([edition(date(2019, 6, 1))], date(2019, 5, 31), Cell("soon", "Edition 2.0 from 1 Jun 2019")),
        (
            [edition(date(2019, 6, 1))],
            date(2019, 6, 1),
            Cell("late", "2 May 2019, before edition 2.0 of 1 Jun 2019"),
        ),
        ([edition(ON)], date(2019, 6, 1), Cell("met", "2 May 2019")),
        ([edition(date(2019, 6, 1), until_on=date(2019, 7, 1))], date(2019, 7, 1), Cell("met", "2 May 2019")),
        (
            [edition(date(2019, 5, 20), "edition 3"), edition(date(2019, 5, 10))],
            ON,
            Cell("soon", "Edition 2.0 from 10 May 2019"),
        ),
    ],
)
def test_what_was_taken_before_an_edition_counts_until_its_first_day(editions, on, cell):
    assert training_cell(VERSION, on, *editions) == cell


@pytest.mark.parametrize(
    ("on", "cell"),
    [
        (date(2020, 3, 31), Cell("met", "Until 1 May 2020")),
        (date(2020, 4, 1), Cell("soon", "Until 1 May 2020")),
        (date(2020, 5, 1), Cell("soon", "Until 1 May 2020")),
        (date(2020, 5, 2), Cell("late", "Expired 1 May 2020")),
    ],
)
def test_what_counts_for_a_time_is_due_in_its_last_thirty_days(on, cell):
    assert training_cell(counts_for(Quantity(1, Unit.YEARS)), on) == cell


def test_of_an_edition_and_an_end_the_cell_names_what_comes_first():
    version, on = counts_for(Quantity(30, Unit.CALENDAR_DAYS)), date(2019, 5, 20)  # until 31 May
    assert training_cell(version, on, edition(date(2019, 6, 1))) == Cell("soon", "Until 31 May 2019")
    assert training_cell(version, on, edition(date(2019, 5, 31))) == Cell("soon", "Edition 2.0 from 31 May 2019")


def test_a_link_that_is_out_stands_for_an_assessment_alone_and_is_no_pass():
    (row,) = matrix(VERSION, [nurse(waits=True)], ON)
    assert [c and c.words for c in row.cells[2:]] == ["Missing", "Link sent"]
    assert (row.state, row.gaps) == ("late", 2)
    (row,) = matrix(VERSION, [nurse(waits=True, taken=ALL_TAKEN)], ON)
    assert row.cells[3] == Cell("met", "2 May 2019")


def test_what_is_due_soon_counts_and_stands_behind_the_gaps():
    people = [nurse("Bea", taken=ALL_TAKEN), nurse("Ann", taken={**ALL_TAKEN, E.STAFF_TRAINING: date(2019, 6, 1)})]
    rows = matrix(counts_for(Quantity(60, Unit.CALENDAR_DAYS)), [*people, nurse("Cy")], date(2019, 6, 10))
    assert [(row.person.name, row.state, row.due) for row in rows] == [
        ("Cy", "late", 0),
        ("Bea", "soon", 1),
        ("Ann", "met", 0),
    ]
    assert tallies(ASKED, rows)[2].words == "2 of 3. Missing: Cy."
