"""Submit, return, certify, suspend, reinstate, de-certify: what each needs, keeps, and leaves behind."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from rems.access.rules import ROLES, HeldFor, Role
from rems.certification import actions, queries, relying
from rems.certification.acts import act_row, acts_of, invocations_of
from rems.certification.states import ActKind, CertificationState
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.signatures import queries as signatures
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.stock import actions as stock
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON, LATER, LAST = date(2018, 6, 4), date(2018, 9, 3), date(2018, 10, 1)
WHY = "Two audits in a row found untrained staff."
Act = Callable[..., Any]


def do(hospital: Hospital, act: Act, on: date, by: Actor | None = None, **said: Any) -> Any:
    return act(hospital.site_id, hospital.code, **{**hospital.signed(on), **said}, by=by or hospital.manager)


def kinds(hospital: Hospital) -> list[ActKind]:
    with reading(hospital.manager):
        return [a.kind for a in acts_of([hospital.scope_id], None)[hospital.scope_id]]


def state(hospital: Hospital, on: date) -> CertificationState:
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, hospital.code)
        return queries.standing(hospital.manager, entry, Lens(on)).state.state


def test_an_application_keeps_what_was_submitted_word_by_word(world: World) -> None:
    hospital = world.hospital(KYMRIAH, name="Harrow Lake").applied(ON)
    with reading(hospital.manager):
        (act,) = acts_of([hospital.scope_id], None)[hospital.scope_id]
        assert act.id
        row = act_row(hospital.scope_id, act.id)
        assert row
        (signed,) = signatures.of("certification_act", row.id)
        asked = programs.program(KYMRIAH).attestations_on(ON)
        content = row.content
        db.session.expunge_all()
    assert (act.kind, act.on, act.by) == (ActKind.SUBMITTED, ON, hospital.representative.name)
    assert content["statements"]["wording"] == {a.code: a.text for a in asked}
    assert content["statements"]["version"] == content["version"] == "2017"
    assert content["site"]["name"] == "Harrow Lake"
    assert [p["name"] for p in content["people"]] == [hospital.representative.name]
    assert "2 doses on hand" in content["stock"][0]
    assert signed.printed_name == hospital.representative.name
    assert signed.meaning == "attestation"


def test_somebody_who_is_not_the_representative_does_not_submit(world: World) -> None:
    hospital = world.hospital(KYMRIAH).ready(ON)
    other = world.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=hospital.site_id)
    with pytest.raises(NotAllowed, match=r"Only the authorized representative of 4 Jun 2018 submits .*: Dr\. Rep"):
        do(hospital, actions.submit, ON, by=other)
    with pytest.raises(NotAllowed):
        do(hospital, actions.submit, ON, by=hospital.coordinator)
    assert kinds(hospital) == []
    assert world.trail("certification.submit") == []


def test_a_returned_application_is_corrected_and_submitted_again(world: World) -> None:
    hospital = world.hospital(KYMRIAH).applied(ON)
    told = {"STAFF-TRAIN": "Name the edition of the slides.", "AR-LIVE-TRAINING": " "}
    do(hospital, actions.return_application, ON, reason="One thing is not clear.", tasks=told)
    with reading(hospital.manager):
        act = acts_of([hospital.scope_id], None)[hospital.scope_id][-1]
        assert act.id
        row = act_row(hospital.scope_id, act.id)
        assert row and row.content == {"tasks": {"STAFF-TRAIN": "Name the edition of the slides."}}
    with pytest.raises(BadInput) as refused:
        hospital.submitted(ON)
    assert refused.value.field == "corrected"
    hospital.submitted(ON, corrected="Edition 3 of March 2018.")
    do(hospital, actions.certify, ON)
    assert kinds(hospital) == [ActKind.SUBMITTED, ActKind.RETURNED, ActKind.SUBMITTED, ActKind.CERTIFIED]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": " ", "tasks": {}}, "say in a sentence why the application goes back"),
        ({"reason": WHY, "tasks": {"NO-SUCH": "x"}}, '"NO-SUCH" is no task of this application.'),
    ],
)
def test_a_return_says_why_and_about_which_task(world: World, said: dict[str, Any], sentence: str) -> None:
    hospital = world.hospital(KYMRIAH).applied(ON)
    with pytest.raises(BadInput, match=sentence):
        do(hospital, actions.return_application, ON, **said)
    assert kinds(hospital) == [ActKind.SUBMITTED]


def test_the_life_of_a_certificate_by_its_acts(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    do(hospital, actions.suspend, LATER, reason=WHY)
    assert state(hospital, LATER) is CertificationState.SUSPENDED
    assert state(hospital, ON) is CertificationState.OPEN_FINDINGS
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, hospital.code)
        said = queries.standing(hospital.manager, entry, Lens(LATER)).sentence
    assert said.startswith(f"Suspended from 3 September 2018: {WHY} Certificate KYMRIAH-")  # also where the gate stops
    do(hospital, actions.reinstate, LATER, reason="They were trained.")
    assert state(hospital, LATER) is CertificationState.OPEN_FINDINGS
    do(hospital, actions.decertify, LAST, reason="The site stops treating.")
    assert state(hospital, LAST) is CertificationState.DECERTIFIED
    hospital.submitted(LAST)
    with pytest.raises(BadInput, match="say why the site is certified again"):
        do(hospital, actions.certify, LAST)
    do(hospital, actions.certify, LAST, reason="It treats again.")
    assert state(hospital, LAST) is CertificationState.OPEN_FINDINGS
    with reading(hospital.manager):
        numbers = [a.number for a in acts_of([hospital.scope_id], None)[hospital.scope_id] if a.number]
    assert len(set(numbers)) == 2


def test_a_suspension_may_end_by_itself(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    with pytest.raises(BadInput, match="is before the first day"):
        do(hospital, actions.suspend, LATER, until_on=ON, reason=WHY)
    do(hospital, actions.suspend, LATER, until_on=date(2018, 9, 30), reason=WHY)
    assert state(hospital, date(2018, 9, 30)) is CertificationState.SUSPENDED
    assert state(hospital, LAST) is CertificationState.OPEN_FINDINGS


DECISIONS: list[tuple[str, Act]] = [
    ("suspend", actions.suspend),
    ("reinstate", actions.reinstate),
    ("decertify", actions.decertify),
]


@pytest.mark.parametrize(("name", "act"), DECISIONS)
def test_a_decision_needs_a_reason_and_a_manager_and_leaves_nothing_when_refused(
    world: World, name: str, act: Act
) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    if name == "reinstate":
        do(hospital, actions.suspend, ON, reason=WHY)
    before = kinds(hospital)
    with pytest.raises(BadInput, match="Reason: say why"):
        do(hospital, act, LATER, reason="  ")
    with pytest.raises(BadInput, match="This is not your password"):
        do(hospital, act, LATER, reason=WHY, password="wrong")
    for role in (Role.SITE_COORDINATOR, Role.AUDITOR, Role.MEDICAL_REVIEWER):
        with reading(hospital.manager):
            of_program = ROLES[role].held_for is HeldFor.PROGRAM
            held = {"program_id": programs.key(KYMRIAH)} if of_program else {"site_id": hospital.site_id}
        with pytest.raises(NotAllowed):
            do(hospital, act, LATER, by=world.account(role, **held), reason=WHY)
    assert kinds(hospital) == before
    assert world.trail(f"certification.{name}") == []
    do(hospital, act, LATER, reason=WHY)
    entries = world.trail(f"certification.{name}")
    assert {e["table_name"] for e in entries} == {"certification_act", "signature"}
    assert {e["reason"] for e in entries} == {WHY}


def test_of_two_who_decide_at_once_the_second_sees_what_the_first_did(world: World) -> None:
    hospital = world.hospital(KYMRIAH).applied(ON)
    seen = hospital.signed(ON)["seen"]
    other = world.manager(KYMRIAH)
    do(hospital, actions.certify, ON, seen=seen)
    with pytest.raises(StaleRecord, match="certified the site from 4 Jun 2018, certificate KYMRIAH-"):
        do(hospital, actions.return_application, ON, by=other, seen=seen, reason=WHY, tasks={})
    assert kinds(hospital) == [ActKind.SUBMITTED, ActKind.CERTIFIED]


def test_what_does_not_follow_is_refused_with_the_last_act(world: World) -> None:
    hospital = world.hospital(KYMRIAH).ready(ON)
    with pytest.raises(IllegalMove, match="no certification is in force that could be suspended|No certification"):
        do(hospital, actions.suspend, ON, reason=WHY)
    hospital.submitted(ON)
    with pytest.raises(IllegalMove, match="An application waits for its decision already"):
        hospital.submitted(ON)


def test_a_program_that_knows_no_representative_takes_whoever_signs_for_the_site(world: World) -> None:
    hospital = world.hospital(EUROPE).applied(date(2020, 5, 1))
    assert kinds(hospital) == [ActKind.SUBMITTED]


def test_what_was_decided_later_is_not_known_before(world: World, superuser: Any) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    [(before,)] = superuser.execute("select clock_timestamp()").fetchall()
    do(hospital, actions.suspend, LATER, reason=WHY)
    with reading(hospital.manager):
        then = acts_of([hospital.scope_id], Lens(LAST, before))[hospital.scope_id]
    assert [a.kind for a in then] == [ActKind.SUBMITTED, ActKind.CERTIFIED]


EXCEPTION_DAY = date(2021, 12, 20)


def invoke(hospital: Hospital, **said: Any) -> Any:
    with reading(hospital.coordinator):
        found = programs.program(hospital.code).exceptions[0]
    usual = {
        "holds_on": EXCEPTION_DAY,
        "until_on": None,
        "condition_holds": True,
        "reason": "The wholesaler delivers nothing.",
        "evidence": "Letter of 14 Dec 2021.",
        "by": hospital.coordinator,
        "now": hospital.world.now,
    }
    return relying.invoke(hospital.site_id, hospital.code, found.code, **{**usual, **said})


def test_a_site_relies_on_an_exception_and_ends_it(world: World) -> None:
    hospital = world.hospital(KYMRIAH)
    key = invoke(hospital)
    relying.end(
        hospital.site_id, KYMRIAH, key, until_on=date(2022, 1, 10), reason="Delivered.", by=hospital.representative,
        now=world.now,
    )  # fmt: skip
    with reading(hospital.coordinator):
        (row,) = invocations_of([hospital.scope_id], None)[hospital.scope_id]
        assert (row.holds_on, row.until_on, row.supersedes_id) == (EXCEPTION_DAY, date(2022, 1, 10), key)
        assert row.condition
    with pytest.raises(NotFound):
        relying.end(
            hospital.site_id, KYMRIAH, key, until_on=EXCEPTION_DAY, reason="x", by=hospital.coordinator, now=world.now
        )
    assert world.trail("certification.invoke") and world.trail("certification.end_exception")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"holds_on": date(2026, 11, 30)}, "holds_on"),
        ({"holds_on": date(2018, 1, 2)}, "holds_on"),
        ({"until_on": date(2021, 12, 19)}, "until_on"),
        ({"condition_holds": False}, "condition"),
        ({"reason": " "}, "reason"),
        ({"evidence": ""}, "evidence"),
    ],
)
def test_an_exception_is_not_in_use_without_its_days_condition_reason_and_evidence(
    world: World, said: dict[str, Any], field: str
) -> None:
    hospital = world.hospital(KYMRIAH)
    with pytest.raises(BadInput) as refused:
        invoke(hospital, **said)
    assert refused.value.field == field
    assert world.trail("certification.invoke") == []


def test_an_exception_is_in_use_once_at_a_time_and_put_there_by_the_site_alone(world: World) -> None:
    hospital = world.hospital(KYMRIAH)
    with pytest.raises(NotAllowed):
        invoke(hospital, by=hospital.manager)
    invoke(hospital)
    with pytest.raises(BadInput, match="relies on .* already"):
        invoke(hospital, holds_on=date(2021, 12, 27))


def test_after_a_new_representative_the_certificate_lapses_and_the_site_is_certified_again(world: World) -> None:
    """The grace is set by this installation; without one nothing lapses by itself."""
    hospital = world.hospital(KYMRIAH).certified(ON)
    new = sites.add_staff(
        hospital.site_id, "Dr. New", StaffRole.PHYSICIAN, email="", from_on=date(2018, 1, 1),
        by=hospital.coordinator, now=world.now,
    )  # fmt: skip
    sites.designate(hospital.site_id, KYMRIAH, new, holds_on=LATER, by=hospital.coordinator, now=world.now)
    assert state(hospital, LATER) is CertificationState.OPEN_FINDINGS


def test_an_exception_in_use_counts_on_its_days_alone(world: World) -> None:
    hospital = world.hospital(KYMRIAH).ready(EXCEPTION_DAY, but=["SITE-TOCI-ON-SITE"])
    for strength in (400, 200):
        stock.receive(
            hospital.site_id, hospital.location_id, lot=f"L{strength}", strength_mg=strength, vials=1,
            expires_on=date(2023, 1, 1), holds_on=EXCEPTION_DAY, by=hospital.coordinator, now=world.now,
        )  # fmt: skip
    invoke(hospital, until_on=date(2022, 1, 10))

    def doses(on: date) -> tuple[str, str]:
        with reading(hospital.manager):
            entry = site_queries.entry(hospital.manager, hospital.site_id, KYMRIAH)
            found = queries.standing(hospital.manager, entry, Lens(on)).findings
        return next((f.state.value, f.why) for f in found if f.requirement.code == "SITE-TOCI-ON-SITE")

    state_, why = doses(date(2022, 1, 10))
    assert state_ == "met_by_exception"
    assert "1 dose on hand for 75 kg; 2 are asked for. By exception 1 is enough" in why
    assert doses(date(2022, 1, 11))[0] == "not_met"
