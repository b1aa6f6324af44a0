"""The days of a laboratory series, what a result asks for, and the way of a sample kit."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rems.core.errors import BadInput, IllegalMove
from rems.followup.questionnaires import laboratory, rules
from rems.followup.questionnaires.branching import Values
from rems.followup.questionnaires.laboratory import Trigger, follow_ups, occasions
from rems.followup.questionnaires.rules import STAGES, KitStage, Next, check_answered, check_step, next_step
from rems.programs import files

CATALOGUE = files.load(Path(__file__).parents[2] / "config" / "programs")
INFUSED, ON = date(2024, 2, 29), date(2026, 11, 24)


def test_the_days_of_a_laboratory_series_count_from_the_infusion_also_on_29_february() -> None:
    days = occasions(CATALOGUE.schedules["FDA-LTFU-2020-INTEGRATING"], infused_on=INFUSED)
    assert [(d.code, d.due_on) for d in days[:5]] == [
        ("LAB-M03", date(2024, 5, 29)),
        ("LAB-M06", date(2024, 8, 29)),
        ("LAB-M12", date(2025, 2, 28)),
        ("LAB-M18", date(2025, 8, 29)),
        ("LAB-M24", date(2026, 2, 28)),
    ]
    assert (days[-1].code, days[-1].due_on, days[-1].title) == ("LAB-M180", date(2039, 2, 28), "Year 15")
    assert len(days[0].tests) == 1
    assert len(days[1].tests) == 2


@pytest.mark.parametrize("code", ["CIBMTR-15Y-CRF", "FDA-LTFU-2020-NONINTEGRATING", "EBMT-PASS-15Y"])
def test_a_schedule_without_tests_has_no_laboratory_day(code: str) -> None:
    assert occasions(CATALOGUE.schedules[code], infused_on=INFUSED) == ()


FIRST, LATER, LAST = date(2024, 8, 29), date(2024, 10, 1), date(2025, 3, 1)
SHARE: dict[str, Any] = {"carrying-percent": "1", "integration-done": "no"}
DONE: dict[str, Any] = {"carrying-percent": "3", "integration-done": "yes", "integration-pattern": "polyclonal"}
RESULTS: list[tuple[dict[date, Values], list[tuple[str, date, date | None]]]] = [
    ({}, []),
    ({FIRST: {**SHARE, "carrying-percent": "0.999"}}, []),
    ({FIRST: SHARE}, [("Analysis of integration sites", date(2024, 11, 29), None)]),
    ({FIRST: DONE}, []),
    ({FIRST: SHARE, LATER: DONE}, [("Analysis of integration sites", date(2024, 11, 29), LATER)]),
    (
        {FIRST: {**DONE, "integration-pattern": "oligoclonal"}},
        [("Repeated analysis of integration sites", date(2024, 11, 29), None)],
    ),
    (
        {FIRST: {**DONE, "integration-pattern": "expanding"}, LAST: DONE},
        [("Repeated analysis of integration sites", date(2024, 11, 29), LAST)],
    ),
    (
        {FIRST: SHARE, LATER: {**DONE, "integration-pattern": "oligoclonal"}},
        [
            ("Analysis of integration sites", date(2024, 11, 29), LATER),
            ("Repeated analysis of integration sites", date(2025, 1, 1), None),
        ],
    ),
]


@pytest.mark.parametrize(("results", "asks"), RESULTS)
def test_a_result_from_one_percent_on_asks_for_an_analysis_until_a_later_sample_answers_it(
    results: dict[date, Values], asks: list[tuple[str, date, date | None]]
) -> None:
    found = follow_ups(results, Trigger(Decimal(1), 3))
    assert [(one.title, one.due_on, one.met_on) for one in found] == asks


def test_the_share_that_asks_is_a_setting_and_the_page_says_it() -> None:
    [one] = follow_ups({FIRST: {**SHARE, "carrying-percent": "0.5"}}, Trigger(Decimal("0.5"), 1))
    assert one.why == "0.5 % of the cells carry the vector; from 0.5 % on they are analyzed."
    assert one.due_on == date(2024, 9, 29)
    assert laboratory.PREFIX == "LAB-"


DAYS = dict.fromkeys(STAGES, 5)
OPENED = date(2026, 11, 1)


def test_a_kit_waits_for_one_step_after_the_other_and_is_late_the_day_after() -> None:
    assert next_step({}, DAYS, opened_on=OPENED, on=date(2026, 11, 6)) == Next(
        KitStage.ORDERED, date(2026, 11, 6), False
    )
    late = next_step({}, DAYS, opened_on=OPENED, on=date(2026, 11, 7))
    assert late
    assert late.late
    done = {KitStage.ORDERED: date(2026, 11, 10)}
    assert next_step(done, DAYS, opened_on=OPENED, on=date(2026, 11, 11)) == Next(
        KitStage.SENT, date(2026, 11, 15), False
    )
    assert next_step(dict.fromkeys(STAGES, OPENED), DAYS, opened_on=OPENED, on=ON) is None


STEP: dict[str, Any] = {"reference": "N-1", "who": "A courier", "opened_on": OPENED, "today": ON}
ORDERED = {KitStage.ORDERED: date(2026, 11, 3)}
BAD_STEPS: list[tuple[KitStage, date, dict[KitStage, date], dict[str, Any], str]] = [
    (KitStage.ORDERED, date(2026, 10, 31), {}, {}, 'Day: 31 Oct 2026 is before "The kit was asked for" on 1 Nov 2026.'),
    (KitStage.ORDERED, date(2026, 11, 25), {}, {}, "Day: 25 Nov 2026 has not come yet; today is 24 Nov 2026."),
    (KitStage.SENT, date(2026, 11, 2), ORDERED, {}, 'Day: 2 Nov 2026 is before "Kit ordered" on 3 Nov 2026.'),
    (
        KitStage.ORDERED,
        date(2026, 11, 9),
        {KitStage.SENT: date(2026, 11, 8)},
        {},
        'Day: 9 Nov 2026 is after "Kit sent" on 8 Nov 2026.',
    ),
    (KitStage.ORDERED, date(2026, 11, 3), {}, {"who": " "}, "Who is missing: write who did it, or which company."),
    (
        KitStage.ORDERED,
        date(2026, 11, 3),
        {},
        {"reference": ""},
        'Reference is missing: "Kit ordered" has a number by which it is found again.',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "on", "done", "more", "sentence"), BAD_STEPS, ids=[s for *_, s in BAD_STEPS])
def test_a_step_that_makes_no_sense_says_what_does(stage, on, done, more, sentence) -> None:
    with pytest.raises(BadInput) as refused:
        check_step(stage, on, done, **{**STEP, **more})
    assert refused.value.sentence == sentence


def test_a_step_waits_for_the_one_before_it() -> None:
    with pytest.raises(IllegalMove, match='"Sample taken" follows "Kit sent", which is not recorded yet.'):
        check_step(KitStage.SAMPLED, ON, ORDERED, **STEP)


def test_answers_are_of_a_day_after_the_infusion_that_has_come() -> None:
    check_answered(INFUSED, infused_on=INFUSED, today=ON)
    for on, sentence in (
        (date(2026, 11, 25), "Day of the answers: 25 Nov 2026 has not come yet; today is 24 Nov 2026."),
        (date(2024, 2, 28), "Day of the answers: 28 Feb 2024 is before the infusion on 29 Feb 2024"),
    ):
        with pytest.raises(BadInput, match=sentence) as refused:
            check_answered(on, infused_on=INFUSED, today=ON)
        assert refused.value.field == "answered_on"


def test_every_step_of_a_kit_has_its_words_and_its_days() -> None:
    assert set(rules.STAGE_WORDS) == set(STAGES)
