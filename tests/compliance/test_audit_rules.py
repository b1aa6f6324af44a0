"""Audits: states, when the next is due, what a report needs, what is withheld of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.compliance.audits import due, rules
from rems.compliance.audits.due import DueState
from rems.compliance.audits.rules import AuditState, Days, Found, Item, Verdict
from rems.compliance.rules import DeviationSeverity
from rems.core.errors import BadInput
from rems.programs.rules import Party, Quantity, Unit
from tests.factories import EUROPE, KYMRIAH

DAY = date(2026, 6, 1)
WHOLE = Days(DAY, DAY, DAY + timedelta(5), DAY + timedelta(60))
CONTENT = {
    "number": "CART-A0001",
    "site": "x",
    "program": EUROPE,
    "also": [KYMRIAH],
    "version": {EUROPE: "1"},
    "rules": {EUROPE: "ab"},
    "auditors": "Jane Doe",
    "looks_at": "All",
    "conclusion": "Well kept.",
    "answers": [
        {"code": "A", "title": "First", "verdict": "conforms", "said": ""},
        {"code": "B", "title": "Second", "verdict": "does_not_conform", "said": "No list."},
    ],
    "findings": [{"number": 1, "severity": "critical", "requirement": "B", "text": "There is no list."}],
    "files": [{"name": "list.pdf", "sha256": "00"}],
}


@pytest.mark.parametrize(
    ("days", "on", "state"),
    [
        (Days(DAY), DAY - timedelta(9), AuditState.PLANNED),
        (Days(DAY), DAY + timedelta(9), AuditState.PLANNED),
        (WHOLE, DAY - timedelta(1), AuditState.PLANNED),
        (WHOLE, DAY, AuditState.UNDERWAY),
        (WHOLE, DAY + timedelta(4), AuditState.UNDERWAY),
        (WHOLE, DAY + timedelta(5), AuditState.REPORTED),
        (WHOLE, DAY + timedelta(60), AuditState.CLOSED),
        (Days(DAY, DAY, canceled_on=DAY + timedelta(2)), DAY + timedelta(1), AuditState.UNDERWAY),
        (Days(DAY, DAY, canceled_on=DAY + timedelta(2)), DAY + timedelta(2), AuditState.CANCELED),
    ],
)
def test_a_step_counts_from_its_day_on(days: Days, on: date, state: AuditState) -> None:
    assert rules.state_of(days, on) is state


def test_an_audit_is_overdue_from_the_day_after_the_one_it_was_planned_for() -> None:
    assert not rules.is_overdue(Days(DAY), DAY)
    assert rules.is_overdue(Days(DAY), DAY + timedelta(1))
    assert not rules.is_overdue(WHOLE, DAY + timedelta(1))


FIRST, EVERY = Quantity(180, Unit.CALENDAR_DAYS), Quantity(1, Unit.YEARS)


@pytest.mark.parametrize(
    ("certified", "last", "first", "every", "expected"),
    [
        (DAY, None, FIRST, EVERY, DAY + timedelta(180)),
        (DAY, date(2026, 8, 31), FIRST, EVERY, date(2027, 8, 31)),
        (DAY, date(2024, 2, 29), FIRST, EVERY, date(2025, 2, 28)),
        (DAY, None, None, EVERY, None),
        (DAY, date(2026, 8, 31), FIRST, None, None),
        (None, None, FIRST, EVERY, None),
    ],
)
def test_the_next_audit_is_due_by_the_interval_and_without_one_never(certified, last, first, every, expected) -> None:
    assert rules.next_due(certified, last, first, every) == expected


@pytest.mark.parametrize(
    ("due_on", "planned_for", "state"),
    [
        (None, None, DueState.NO_INTERVAL),
        (None, DAY, DueState.PLANNED),
        (DAY, None, DueState.TO_PLAN),
        (DAY - timedelta(1), None, DueState.OVERDUE),
        (DAY - timedelta(1), DAY, DueState.OVERDUE),
        (DAY, DAY, DueState.PLANNED),
        (DAY, DAY + timedelta(1), DueState.PLANNED_LATE),
    ],
)
def test_a_plan_is_late_when_it_comes_after_the_due_day(due_on, planned_for, state: DueState) -> None:
    assert due.state_of(due_on, planned_for, DAY) is state


def test_the_checklist_asks_each_duty_of_the_site_once(catalogue) -> None:
    several = [(p, p.versions[0]) for p in (catalogue.programs[EUROPE], catalogue.programs[KYMRIAH])]
    items = rules.checklist(several)
    codes = [i.code for i in items]
    assert len(codes) == len(set(codes))
    theirs = {r.code for p, v in several for r in v.requirements if r.actor is Party.SPONSOR}
    assert theirs
    assert not theirs & set(codes)
    shared = [i for i in items if i.programs == (EUROPE, KYMRIAH)]
    own = [i for i in items if i.programs == (KYMRIAH,)]
    assert len(shared) + len(own) + len([i for i in items if i.programs == (EUROPE,)]) == len(items)
    assert own


def test_a_verdict_other_than_conforming_says_why() -> None:
    rules.check_verdict(Verdict.CONFORMS, "", "Staff trained", "said:A")
    with pytest.raises(BadInput, match='Staff trained: "not examined" needs a sentence that says why') as refused:
        rules.check_verdict(Verdict.NOT_EXAMINED, " ", "Staff trained", "said:A")
    assert refused.value.field == "said:A"


def test_a_report_needs_every_answer_and_a_finding_for_what_does_not_conform() -> None:
    items = (Item("A", "First", (EUROPE,)), Item("B", "Second", (EUROPE,)))
    assert rules.gaps_before_report(items, {"A": Verdict.CONFORMS}, []) == ("Second: the auditor has not answered.",)
    bad = {"A": Verdict.CONFORMS, "B": Verdict.DOES_NOT_CONFORM}
    [gap] = rules.gaps_before_report(items, bad, [])
    assert gap == "Second: does not conform, but no finding says what was found."
    assert rules.gaps_before_report(items, bad, [Found(1, DeviationSeverity.MINOR, "B")]) == ()


def test_what_is_withheld_stays_a_place_that_says_so() -> None:
    given_ = rules.redacted(CONTENT, {"program", "answer:B", "finding:1"})
    assert (given_["program"], given_["number"], given_["also"]) == (rules.WITHHELD, rules.WITHHELD, [])
    assert [a["said"] for a in given_["answers"]] == ["", rules.WITHHELD]
    assert given_["findings"] == [{"number": 1, "severity": "critical", "requirement": "", "text": rules.WITHHELD}]
    assert (given_["files"], given_["withheld"], given_["auditors"]) == (1, 3, "Jane Doe")


@given(st.sets(st.sampled_from([name for name, _ in rules.places(CONTENT)])))
def test_no_word_of_a_withheld_place_goes_out(withheld: set[str]) -> None:
    said = str(rules.redacted(CONTENT, withheld))
    words = {
        "program": [EUROPE, KYMRIAH, "A0001"],
        "auditors": ["Jane Doe"],
        "conclusion": ["Well kept."],
        "answer:B": ["No list."],
        "finding:1": ["There is no list."],
    }
    for place, texts in words.items():
        for text in texts:
            assert (text in said) is (place not in withheld)
    assert "list.pdf" not in said


def test_a_shared_report_says_which_requirements_it_leaves_open(catalogue) -> None:
    version = catalogue.programs[EUROPE].versions[0]
    asked = [r for r in version.requirements if r.actor not in rules.NOT_OF_THE_SITE]
    answers = [{"code": asked[0].code, "verdict": "conforms"}, {"code": asked[1].code, "verdict": "not_examined"}]
    yes, no = rules.covered(answers, version)
    assert yes == [asked[0].title]
    assert asked[1].title in no
    assert len(yes) + len(no) == len(asked)
    assert rules.covered(answers, None) == ([], [])
