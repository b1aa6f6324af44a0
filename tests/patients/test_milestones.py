"""The steps on the way to an infusion: their order in words, and how they stand on a day."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.access.rules import Role
from rems.core.db import reading
from rems.core.errors import BadInput, NotAllowed
from rems.patients import actions, dating, queries
from rems.patients.milestones import (
    FOLLOWS,
    STATUS_WORDS,
    STEPS,
    Dated,
    StudyStatus,
    check_before_infusion,
    check_end,
    check_order,
    check_slot,
    dated,
    steps_on,
)
from rems.patients.rules import MILESTONES, FactKind
from tests.factories import Hospital
from tests.patients.acting import AT, RECEIPT, SYSTEM, authorize, infuse, prepared, said

R, A, M, P, L = STEPS
DAY = date(2026, 11, 3)


def test_every_step_says_what_comes_before_it_and_none_comes_before_itself() -> None:
    assert set(FOLLOWS) == set(STEPS) == {*MILESTONES, FactKind.PRODUCT_RECEIPT}
    order = list(STEPS)
    for kind, before in FOLLOWS.items():
        assert all(order.index(one) < order.index(kind) for one in before)
    assert set(STATUS_WORDS) == set(StudyStatus)


@pytest.mark.parametrize(
    ("kind", "on", "days", "infused_on", "sentence"),
    [
        (
            A,
            3,
            {R: 5},
            None,
            "Day: 3 Nov 2026 is before 5 Nov 2026, the day of the referral. Referral comes",
        ),
        (
            A,
            9,
            {P: 5},
            None,
            "is after 5 Nov 2026, the day of the product's receipt. Apheresis comes",
        ),
        (P, 3, {A: 5}, None, "is before 5 Nov 2026, the day of the apheresis. Apheresis comes before the product's"),
        (P, 3, {M: 5}, None, "is before 5 Nov 2026, the day of the manufacturing slot."),
        (M, 9, {P: 5}, None, "is after 5 Nov 2026, the day of the product's receipt. Manufacturing slot comes before"),
        (L, 3, {A: 5}, None, "is before 5 Nov 2026, the day of the apheresis."),
        (R, 9, {L: 5}, None, "is after 5 Nov 2026, the day of the lymphodepletion."),
        (L, 9, {}, 5, "is after 5 Nov 2026, the day of the infusion. Lymphodepletion comes before the infusion"),
        (P, 9, {}, 5, "Product received comes before the infusion"),
    ],
)
def test_a_step_out_of_order_is_refused_with_both_days(
    kind: FactKind, on: int, days: dict[FactKind, int], infused_on: int | None, sentence: str
) -> None:
    known = {other: [Dated(date(2026, 11, day))] for other, day in days.items()}
    given_on = date(2026, 11, infused_on) if infused_on else None
    with pytest.raises(BadInput) as refused:
        check_order(kind, Dated(date(2026, 11, on)), known, infused_on=given_on)
    assert sentence in refused.value.sentence and refused.value.field == "holds_on"


def test_a_step_that_ends_after_the_infusion_is_refused_although_it_began_before() -> None:
    with pytest.raises(BadInput, match="9 Nov 2026 is after 5 Nov 2026, the day of the infusion"):
        check_order(L, Dated(DAY, date(2026, 11, 9)), {}, infused_on=date(2026, 11, 5))


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=5, max_size=5))
def test_steps_in_the_order_of_their_days_are_taken_whichever_is_recorded_first(days: list[date]) -> None:
    whole = dict(zip(STEPS, sorted(days), strict=True))
    for kind, on in whole.items():
        others = {other: [Dated(day)] for other, day in whole.items() if other is not kind}
        check_order(kind, Dated(on), others, infused_on=max(days))


def test_a_step_may_be_repeated_after_what_followed_the_first() -> None:
    days = {A: [Dated(DAY)], M: [Dated(DAY + timedelta(days=5))]}
    check_order(A, Dated(DAY + timedelta(days=9)), days, infused_on=None)


def test_an_infusion_before_a_step_is_refused() -> None:
    check_before_infusion(DAY, {A: [Dated(DAY)]}, field="infused_at")
    with pytest.raises(BadInput, match="3 Nov 2026 is before 4 Nov 2026, the day of the lymphodepletion") as refused:
        check_before_infusion(DAY, {L: [Dated(DAY + timedelta(days=1))]}, field="infused_at")
    assert refused.value.field == "infused_at"


@pytest.mark.parametrize("days", [-1, 367])
def test_a_slot_lies_within_a_year(days: int) -> None:
    check_slot(DAY + timedelta(days=366), confirmed_on=DAY)
    with pytest.raises(BadInput, match="is not within a year after 3 Nov 2026, when it was confirmed"):
        check_slot(DAY + timedelta(days=days), confirmed_on=DAY)


@pytest.mark.parametrize("days", [-1, 15])
def test_lymphodepletion_ends_within_days_of_its_begin(days: int) -> None:
    check_end(DAY, DAY)
    with pytest.raises(BadInput, match="is not within 14 days after 3 Nov 2026, its first"):
        check_end(DAY, DAY + timedelta(days=days))


def test_a_day_shows_each_step_with_its_newest_day_and_the_infusion_last() -> None:
    days = {
        A: [Dated(DAY), Dated(DAY + timedelta(days=3))],
        M: [dated(DAY, {"slot_on": "2026-11-20"})],
        L: [dated(DAY, {"ends_on": "2026-11-05", "regimen": "Flu/Cy"})],
    }
    found = steps_on(days, infused_on=None, planned_on=date(2026, 12, 1), on=date(2026, 11, 10))
    assert [(s.title, s.words, s.done) for s in found] == [
        ("Referral", "not recorded", False),
        ("Apheresis", "6 Nov 2026", True),
        ("Manufacturing slot", "planned for 20 Nov 2026", False),
        ("Product received", "not recorded", False),
        ("Lymphodepletion", "3 Nov 2026 to 5 Nov 2026", True),
        ("Infusion", "planned for 1 Dec 2026", False),
    ]
    assert steps_on({}, infused_on=DAY, planned_on=None, on=DAY)[-1].words == "3 Nov 2026"
    assert not steps_on(days, infused_on=None, planned_on=None, on=date(2026, 11, 4))[4].done


def keep(hospital: Hospital, patient_id: Any, kind: FactKind, on: date, **more: Any) -> Any:
    return dating.record_milestone(patient_id, kind, **said(hospital, holds_on=on), **more)


def test_steps_are_kept_as_dated_facts_and_corrected_with_a_reason(hospital: Hospital, waiting: Any) -> None:
    keep(hospital, waiting, R, date(2026, 9, 1), place="  Practice  Dr. Lind ")
    wrong = keep(hospital, waiting, A, date(2026, 11, 20))
    with pytest.raises(BadInput, match="is before 20 Nov 2026, the day of the apheresis"):
        actions.record_receipt(waiting, **RECEIPT, **said(hospital, holds_on=date(2026, 11, 15)))
    actions.take_back(waiting, wrong, reason="Typed wrongly", by=hospital.coordinator, now=hospital.world.now)
    keep(hospital, waiting, A, date(2026, 10, 22))
    actions.record_receipt(waiting, **RECEIPT, **said(hospital, holds_on=date(2026, 11, 15)))
    with reading(SYSTEM):
        assert queries.milestone_days(waiting) == {
            R: [Dated(date(2026, 9, 1), note="Practice Dr. Lind")],
            A: [Dated(date(2026, 10, 22))],
            P: [Dated(date(2026, 11, 15))],
        }
    assert len(hospital.world.trail("patients.record_milestone")) == 3


def test_a_step_that_does_not_fit_leaves_no_trace(hospital: Hospital, waiting: Any) -> None:
    auditor = hospital.world.account(Role.AUDITOR, site_id=hospital.site_id)
    with pytest.raises(BadInput, match="Day of the slot is missing") as refused:
        keep(hospital, waiting, M, DAY)
    assert refused.value.field == "slot_on"
    with pytest.raises(BadInput, match="has not come yet"):
        keep(hospital, waiting, A, date(2026, 12, 24))
    with pytest.raises(BadInput, match='"weight" is none of'):
        keep(hospital, waiting, FactKind.WEIGHT, DAY)
    with pytest.raises(NotAllowed):
        dating.record_milestone(waiting, A, **said(hospital, by=auditor))
    with pytest.raises(NotAllowed):
        dating.record_study_status(waiting, StudyStatus.ON_STUDY, **said(hospital, by=auditor))
    assert hospital.world.trail("patients.record_milestone") == []
    assert hospital.world.trail("patients.record_study_status") == []


def test_an_infusion_comes_after_the_steps_that_are_recorded(hospital: Hospital) -> None:
    patient_id = prepared(hospital, hospital.enrolled(date(2026, 10, 20)))
    authorize(hospital, patient_id)
    keep(hospital, patient_id, L, date(2026, 11, 21))
    with pytest.raises(BadInput, match="Moment of the infusion: 20 Nov 2026 is before 21 Nov 2026"):
        infuse(hospital, patient_id, infused_at=AT)


def test_a_patient_goes_through_the_steps_to_the_infusion_and_none_is_recorded_after_it(hospital: Hospital) -> None:
    patient_id = hospital.enrolled(date(2026, 10, 20))
    on = [date(2026, 9, 28), date(2026, 10, 21), date(2026, 10, 22), date(2026, 11, 15)]
    keep(hospital, patient_id, R, on[0])
    keep(hospital, patient_id, A, on[1])
    keep(hospital, patient_id, M, on[2], slot_on=date(2026, 10, 28), order="MF-88")
    keep(hospital, patient_id, L, on[3], ends_on=date(2026, 11, 17), regimen="Flu/Cy")
    assert all(a < b for a, b in pairwise(on))
    authorize(hospital, prepared(hospital, patient_id))
    infuse(hospital, patient_id)
    with pytest.raises(BadInput, match="21 Nov 2026 is after the infusion on 20 Nov 2026"):
        keep(hospital, patient_id, A, date(2026, 11, 21))
