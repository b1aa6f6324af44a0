"""When an action is late, what a plan must say, and when a deviation may be closed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rems.compliance import rules
from rems.compliance.rules import ActionState, DeviationSeverity, Step
from rems.core.errors import BadInput

DAY = date(2026, 6, 1)
STEP = Step(DAY, DAY + timedelta(10), DAY + timedelta(40), "Train the night shift")
DONE = replace(STEP, done_on=DAY + timedelta(5))
CHECKED = replace(DONE, checked_on=DAY + timedelta(30), effective=True)


@pytest.mark.parametrize(
    ("step", "days", "state"),
    [
        (STEP, 0, ActionState.OPEN),
        (STEP, 10, ActionState.OPEN),
        (STEP, 11, ActionState.LATE),
        (DONE, 4, ActionState.OPEN),
        (DONE, 5, ActionState.TO_BE_CHECKED),
        (DONE, 40, ActionState.TO_BE_CHECKED),
        (DONE, 41, ActionState.CHECK_LATE),
        (CHECKED, 29, ActionState.TO_BE_CHECKED),
        (CHECKED, 30, ActionState.EFFECTIVE),
        (replace(CHECKED, effective=False), 30, ActionState.NOT_EFFECTIVE),
    ],
)
def test_an_action_is_late_after_its_day(step: Step, days: int, state: ActionState) -> None:
    assert rules.state_of(step, DAY + timedelta(days)) is state


@pytest.mark.parametrize(
    ("severity", "cause", "steps", "gaps"),
    [
        (DeviationSeverity.MINOR, "Nobody knew", [], ()),
        (DeviationSeverity.MINOR, "", [], ("The root cause is not stated.",)),
        (
            DeviationSeverity.MAJOR,
            "Nobody knew",
            [],
            ("A major deviation needs at least one corrective or preventive action.",),
        ),
        (DeviationSeverity.MAJOR, "Nobody knew", [STEP], ('"Train the night shift" is not done yet.',)),
        (
            DeviationSeverity.MAJOR,
            "Nobody knew",
            [DONE],
            ('"Train the night shift" is not checked for its effect yet.',),
        ),
        (DeviationSeverity.CRITICAL, "Nobody knew", [CHECKED], ()),
        (
            DeviationSeverity.CRITICAL,
            "Nobody knew",
            [replace(CHECKED, effective=False)],
            ('"Train the night shift" was not effective, and no further action was planned since.',),
        ),
        (
            DeviationSeverity.CRITICAL,
            "Nobody knew",
            [replace(CHECKED, effective=False), replace(CHECKED, planned_on=DAY + timedelta(31), what="Again")],
            (),
        ),
    ],
)
def test_what_is_missing_before_a_deviation_is_closed(severity, cause, steps, gaps) -> None:
    assert rules.gaps_before_closing(severity, cause, steps, DAY + timedelta(60)) == gaps


@pytest.mark.parametrize(
    ("days", "field"),
    [({"planned_on": -1}, "planned_on"), ({"due_on": -1}, "due_on"), ({"check_on": 10}, "check_on")],
)
def test_a_plan_follows_its_days(days: dict[str, int], field: str) -> None:
    plan = {"planned_on": DAY, "due_on": DAY + timedelta(10), "check_on": DAY + timedelta(40)}
    rules.check_plan(found_on=DAY, **plan)
    with pytest.raises(BadInput) as refused:
        rules.check_plan(found_on=DAY, **{**plan, **{name: DAY + timedelta(n) for name, n in days.items()}})
    assert refused.value.field == field


def test_on_the_day_it_is_closed_it_is_closed() -> None:
    assert [rules.is_open(DAY, DAY + timedelta(n)) for n in (-1, 0)] == [True, False]
    assert rules.is_open(None, DAY)


def test_two_actions_that_both_failed_do_not_excuse_each_other() -> None:
    first = replace(STEP, done_on=DAY, checked_on=DAY + timedelta(1), effective=False)
    second = replace(first, planned_on=DAY + timedelta(1), what="Again")
    gaps = rules.gaps_before_closing(DeviationSeverity.MAJOR, "Nobody knew", [first, second], DAY + timedelta(60))
    assert len(gaps) == 2
