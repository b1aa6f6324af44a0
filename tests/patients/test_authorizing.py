"""The gate over the facts of a day, and the authorization that is its yes, on a real database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.db import reading, transaction
from rems.core.errors import BadInput, Incomplete, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.patients import actions, queries, steps
from rems.patients.gate import gate
from rems.patients.gate_facts import gate_facts
from rems.signatures.rules import Meaning
from rems.sites import actions as sites
from rems.sites.rules import LocationKind, StaffRole
from rems.stock import queries as stock
from tests.factories import KYMRIAH, LABEL, Hospital, World
from tests.patients.acting import AT, CERTIFIED, DAY, ENROLLED, SYSTEM, authorize, of, prepared


def test_the_gate_looks_at_the_day_asked_about(hospital: Hospital, waiting: UUID) -> None:
    prepared(hospital, waiting)
    with reading(SYSTEM):
        then, today = (
            gate(gate_facts(SYSTEM, of(waiting), Lens(on), location_id=hospital.location_id))
            for on in (DAY - timedelta(days=1), DAY)
        )
    assert today.authorized
    assert {c.code for c in then.missing} == {"rescue", "weight", "alert-card", "consent", "deferral", "product"}


def test_an_authorization_is_signed_coded_and_holds_the_doses(hospital: Hospital, waiting: UUID) -> None:
    row = authorize(hospital, prepared(hospital, waiting))
    with reading(SYSTEM):
        assert queries.valid_authorization(waiting, AT).id == row.id  # type: ignore[union-attr]
        assert row.valid_until == AT + timedelta(hours=24)
        assert {c["code"] for c in row.checks["checks"]} >= {"certified", "rescue", "weight", "product"}
        (signed,) = queries.signed_by(row)
        assert signed.valid and signed.signature.meaning is Meaning.RESPONSIBILITY
        held = stock.reserved(waiting, Lens(DAY))
        assert {r.dose_number for r in held} == {1} and {r.until_on for r in held} == {date(2026, 11, 21)}
        assert stock.reserved(waiting, Lens(date(2026, 11, 22))) == []
    tables = {r["table_name"] for r in hospital.world.trail("patients.authorize")}
    assert tables == {"authorization", "reservation", "signature"}


def test_what_is_missing_is_named_and_leaves_no_trace(hospital: Hospital) -> None:
    for but, title in (
        ("weight", "Weight not older than 7 days"),
        ("treatment", "Consent to treatment"),
        ("card", "Patient alert card given"),
        ("deferral", "No reason to defer"),
        ("receipt", "Product is this patient's"),
    ):
        patient_id = prepared(hospital, hospital.enrolled(ENROLLED), but=but)
        with pytest.raises(Incomplete, match="cannot be authorized for 20 Nov 2026, 10:00 UTC") as refused:
            authorize(hospital, patient_id)
        assert title in [gap.split(":")[0] for gap in refused.value.gaps]
        with reading(SYSTEM):
            assert queries.authorizations(patient_id) == [] and stock.reserved(patient_id, Lens(DAY)) == []
    assert hospital.world.trail("patients.authorize") == []


def test_a_site_that_is_not_certified_is_stopped_and_training_that_is_missing_warns(world: World) -> None:
    hospital = world.hospital().ready(CERTIFIED)
    patient_id = prepared(hospital, hospital.enrolled(ENROLLED))
    said_of = {"by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Tobias Renquist", StaffRole.NURSE, from_on=DAY, **said_of)
    with pytest.raises(Incomplete) as refused:
        authorize(hospital, patient_id)
    assert [gap.split(":")[0] for gap in refused.value.gaps] == ["Site certified on 20 Nov 2026"]
    assert "and 1 is a warning" in refused.value.sentence


def test_doses_lie_at_the_place_of_the_infusion(hospital: Hospital, waiting: UUID) -> None:
    by = {"by": hospital.coordinator, "now": hospital.world.now}
    suite = sites.add_location(hospital.site_id, "Suite 2", LocationKind.UNIT, parent_id=hospital.location_id, **by)
    prepared(hospital, waiting)
    with pytest.raises(Incomplete) as refused:
        authorize(hospital, waiting, location_id=suite)
    assert refused.value.gaps[0].startswith("One dose of tocilizumab for this patient: 1 dose of 592 mg is needed")


def test_vials_held_for_one_patient_are_not_there_for_another(hospital: Hospital, waiting: UUID) -> None:
    authorize(hospital, prepared(hospital, waiting))
    other = prepared(hospital, hospital.enrolled(ENROLLED))
    with reading(SYSTEM):
        number = of(waiting).number
    with pytest.raises(Incomplete) as refused:
        authorize(hospital, other)
    assert f"Vials are held for {number}" in refused.value.gaps[0]
    actions.withdraw_authorization(waiting, reason="Fever", by=hospital.coordinator, now=AT + timedelta(hours=1))
    assert authorize(hospital, other)


def test_an_authorization_is_refused_to_a_role_that_only_reads(hospital: Hospital, waiting: UUID) -> None:
    prepared(hospital, waiting)
    pharmacist = hospital.world.account(Role.PHARMACIST, site_id=hospital.site_id)
    with pytest.raises(NotAllowed, match="It is for: site coordinator, treating physician"):
        authorize(hospital, waiting, by=pharmacist)
    with pytest.raises(NotFound):
        authorize(hospital, waiting, by=hospital.world.hospital().coordinator)
    assert hospital.world.trail("patients.authorize") == []


def test_an_authorization_needs_the_password_again(hospital: Hospital, waiting: UUID) -> None:
    for password in (None, "a wrong long passphrase"):
        with pytest.raises(BadInput, match="not your password") as refused:
            authorize(hospital, waiting, password=password)
        assert refused.value.field == "password"


def test_a_moment_too_far_ahead_or_before_enrollment_and_a_foreign_place_are_refused(
    hospital: Hospital, waiting: UUID
) -> None:
    now = hospital.world.now
    for changed, words, field in (
        ({"at": now + timedelta(hours=25)}, "is more than 24 hours ahead", "at"),
        ({"at": AT - timedelta(days=60)}, "21 Sep 2026 is before 20 Oct 2026", "at"),
        ({"location_id": hospital.scope_id}, "is no location of", "location_id"),
    ):
        with pytest.raises(BadInput, match=words) as refused:
            authorize(hospital, waiting, **changed)
        assert refused.value.field == field


def test_it_is_valid_from_its_signature_or_the_planned_moment_if_that_lies_before(
    hospital: Hospital, waiting: UUID
) -> None:
    now = hospital.world.now
    planned = now + timedelta(hours=18)
    prepared(hospital, waiting, now.date())
    row = authorize(hospital, waiting, at=planned)
    with reading(SYSTEM):
        assert queries.planned_at(row) == planned
        for at, valid in (
            (now - timedelta(minutes=1), False),
            (now, True),
            (planned + timedelta(hours=24), True),
            (planned + timedelta(hours=24, minutes=1), False),
        ):
            assert (queries.valid_authorization(waiting, at) is not None) == valid


def test_a_new_authorization_takes_the_place_of_the_one_still_valid(hospital: Hospital, waiting: UUID) -> None:
    first = authorize(hospital, prepared(hospital, waiting))
    second = authorize(hospital, waiting, at=AT + timedelta(hours=2))
    with reading(SYSTEM):
        assert [a.id for a in queries.authorizations(waiting)] == [second.id]
        assert second.supersedes_id == first.id
        assert len(stock.reserved(waiting, Lens(DAY))) == 2  # one vial of 400 mg, one of 200 mg


def test_a_withdrawn_authorization_is_none_and_lets_the_doses_go(hospital: Hospital, waiting: UUID) -> None:
    now = AT + timedelta(hours=1)
    by = {"by": hospital.coordinator, "now": now}
    with pytest.raises(BadInput, match="is valid now, so none can be withdrawn"):
        actions.withdraw_authorization(waiting, reason="Fever", **by)
    authorize(hospital, prepared(hospital, waiting))
    with pytest.raises(BadInput, match="Reason is missing"):
        actions.withdraw_authorization(waiting, reason=" ", **by)
    auditor = hospital.world.account(Role.AUDITOR, site_id=hospital.site_id)
    with pytest.raises(NotAllowed):
        actions.withdraw_authorization(waiting, reason="Fever", **{**by, "by": auditor})
    actions.withdraw_authorization(waiting, reason="Fever", **by)
    with reading(SYSTEM):
        assert queries.authorizations(waiting) == [] and stock.reserved(waiting, Lens(DAY)) == []
    assert {r["reason"] for r in hospital.world.trail("patients.withdraw_authorization")} == {"Fever"}


def test_a_code_that_is_taken_is_drawn_anew(hospital: Hospital, waiting: UUID) -> None:
    row = authorize(hospital, prepared(hospital, waiting))
    same = ("scope_id", "program_id", "holds_on", "patient_id", "location_id", "valid_until", "checks")
    values = {name: getattr(row, name) for name in (*same, "program_version")}
    codes = iter([row.code, row.code, "R4T-9KX"])
    with transaction(hospital.coordinator, "test.code", at=hospital.world.now):
        assert steps.keep_authorization(values, codes=lambda: next(codes)).code == "R4T-9KX"


def test_a_closed_program_is_walked_by_its_days_and_asks_two_doses(world: World) -> None:
    hospital = world.hospital(KYMRIAH, timezone="America/Chicago", country="US").certified(date(2018, 3, 1))
    on = date(2018, 6, 20)
    patient_id = prepared(hospital, hospital.enrolled(date(2018, 6, 1)), on)
    with pytest.raises(Incomplete) as refused:
        authorize(hospital, patient_id, at=datetime(2022, 2, 1, 16, tzinfo=UTC))
    assert any(gap.startswith("Two doses of tocilizumab") for gap in refused.value.gaps)
    row = authorize(hospital, patient_id, at=datetime(2018, 6, 21, 3, 0, tzinfo=UTC))
    assert row.holds_on == on  # still the evening before in Chicago
    with reading(SYSTEM):
        assert {r.dose_number for r in stock.reserved(patient_id, Lens(on))} == {1, 2}


def test_a_label_asks_nothing_and_holds_nothing(world: World) -> None:
    hospital = world.hospital(LABEL, country="US")
    row = authorize(hospital, hospital.enrolled(ENROLLED))
    assert "asks nothing of a site before an infusion" in row.checks["sentence"]
    with reading(SYSTEM):
        assert stock.reserved(row.patient_id, Lens(DAY)) == []
