"""Enroll a patient and keep the records that the gate asks for, on a real database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.db import reading
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import actions, queries, steps
from rems.patients.rules import FactKind
from tests.factories import Hospital, World
from tests.patients.acting import DAY, ENROLLED, KEEP, RECEIPT, SYSTEM, of, proofs, said


def enroll(hospital: Hospital, **changed: Any) -> UUID:
    return hospital.enrolled(changed.pop("on", ENROLLED), **changed)


def test_a_patient_is_enrolled_under_a_number_in_capitals(hospital: Hospital) -> None:
    patient_id = enroll(hospital, number=" hl-0417 ", indication=" DLBCL,  relapsed ")
    with reading(SYSTEM):
        found = of(patient_id)
        assert (found.number, found.folded, found.indication) == ("HL-0417", "hl0417", "DLBCL, relapsed")
        assert found.program_version == "annex-II-D"


@pytest.fixture
def hospital(world: World) -> Hospital:
    """A hospital that is not certified: nothing here asks for that."""
    return world.hospital()


def test_what_does_not_fit_is_refused_at_its_field(hospital: Hospital) -> None:
    for changed, words, field in (
        ({"number": "Maren Oyelaran"}, "looks like a name", "number"),
        ({"number": "14.03.1961"}, "looks like a full date of birth", "number"),
        ({"birth_year": 1890}, "1890 is not between", "birth_year"),
        ({"indication": " "}, "Indication is missing", "indication"),
        ({"prior_lines": 31}, "31 is not between 0 and 30", "prior_lines"),
        ({"product": "Aspirin"}, '"Aspirin" is not of this program', "product"),
        ({"track": "NOWHERE"}, '"NOWHERE" is not of this program', "track"),
        ({"on": date(2017, 1, 1)}, "is not open on 1 Jan 2017", "enrolled_on"),
    ):
        with pytest.raises(BadInput, match=words) as refused:
            enroll(hospital, **changed)
        assert refused.value.field == field
    assert hospital.world.trail("followup.enroll") == []


def test_a_number_is_enrolled_once_in_a_site_and_program(hospital: Hospital) -> None:
    enroll(hospital, number="HL-0417")
    with pytest.raises(BadInput, match="HL-0417 is enrolled at .* already, since 20 Oct 2026") as refused:
        enroll(hospital, number="hl-0417")
    assert refused.value.field == "number"
    assert enroll(hospital.world.hospital(), number="HL-0417")


def test_the_steps_demand_an_open_transaction(hospital: Hospital) -> None:
    with reading(hospital.coordinator), pytest.raises(RuntimeError, match="inside a transaction"):
        steps.keep_authorization({})


def test_a_record_is_kept_with_its_day_and_its_trail(hospital: Hospital, waiting: UUID) -> None:
    keys = [keep(waiting, said(hospital)) for keep in KEEP.values()]
    with reading(SYSTEM):
        assert [(f.id, f.holds_on) for f in queries.history(waiting)] == [(key, DAY) for key in keys]
    for verb in KEEP:
        tables = {row["table_name"] for row in hospital.world.trail(f"patients.record_{verb}")}
        assert tables == ({"patient_fact", "evidence"} if verb in ("consent", "card") else {"patient_fact"})


def test_a_record_is_refused_to_who_may_not_and_leaves_no_trace(hospital: Hospital, waiting: UUID) -> None:
    auditor = hospital.world.account(Role.AUDITOR, site_id=hospital.site_id)
    stranger = hospital.world.hospital().coordinator
    for verb, keep in KEEP.items():
        with pytest.raises(NotAllowed, match="It is for: site coordinator, treating physician"):
            keep(waiting, said(hospital, by=auditor))
        with pytest.raises(NotFound):
            keep(waiting, said(hospital, by=stranger))
        assert hospital.world.trail(f"patients.record_{verb}") == []
    with reading(SYSTEM):
        assert queries.history(waiting) == []


def test_a_day_ahead_is_refused_and_most_days_before_enrollment_too(hospital: Hospital, waiting: UUID) -> None:
    for verb, keep in KEEP.items():
        with pytest.raises(BadInput, match="25 Nov 2026 has not come yet") as refused:
            keep(waiting, said(hospital, holds_on=date(2026, 11, 25)))
        assert refused.value.field == "holds_on"
        before = said(hospital, holds_on=ENROLLED - timedelta(days=1))
        if verb in ("weight", "consent"):
            assert keep(waiting, before)
            with pytest.raises(BadInput, match="is before 1 Jan 1961, the year of birth"):
                keep(waiting, said(hospital, holds_on=date(1960, 1, 1)))
        else:
            with pytest.raises(BadInput, match="is before 20 Oct 2026, when HL-.* was enrolled"):
                keep(waiting, before)


def test_what_belongs_before_the_infusion_is_refused_after_it(hospital: Hospital) -> None:
    infused = hospital.patient(infused_on=DAY)
    for verb in ("deferral", "receipt"):
        with pytest.raises(BadInput, match="21 Nov 2026 is after the infusion on 20 Nov 2026"):
            KEEP[verb](infused, said(hospital, holds_on=DAY + timedelta(days=1)))
    assert KEEP["weight"](infused, said(hospital, holds_on=DAY + timedelta(days=1)))


def test_a_receipt_that_does_not_fit_is_refused(hospital: Hospital, waiting: UUID) -> None:
    for changed, words, field in (
        ({"identity": "Maren"}, "looks like a name", "identity"),
        ({"product": "Aspirin"}, "is not of this program", "product"),
        ({"lot": " "}, "is missing", "lot"),
        ({"bags": 0}, "is not between 1 and 50", "bags"),
        ({"expires_on": DAY - timedelta(days=1)}, "expired on 19 Nov 2026", "expires_on"),
    ):
        with pytest.raises(BadInput, match=words) as refused:
            actions.record_receipt(waiting, **{**RECEIPT, **changed}, **said(hospital))
        assert refused.value.field == field
    assert hospital.world.trail("patients.record_receipt") == []


def test_a_weight_and_answers_that_do_not_fit_are_refused(hospital: Hospital, waiting: UUID) -> None:
    with pytest.raises(BadInput, match="500 kg is not between"):
        actions.record_weight(waiting, Decimal(500), **said(hospital))
    with pytest.raises(BadInput, match="Active infection: answer yes or no"):
        actions.record_deferral(waiting, {}, **said(hospital))
    with pytest.raises(BadInput, match="is none of consent-treatment"):
        actions.record_consent(waiting, FactKind.WEIGHT, **said(hospital))


def test_a_withdrawn_consent_was_in_force_up_to_the_day_before(hospital: Hospital, waiting: UUID) -> None:
    kind = FactKind.CONSENT_REGISTRY
    actions.record_consent(waiting, kind, **said(hospital, holds_on=ENROLLED))
    actions.withdraw_consent(waiting, kind, **said(hospital))
    day_before = DAY - timedelta(days=1)
    with reading(SYSTEM):
        assert kind in queries.facts_of(waiting, Lens(day_before))
        assert kind not in queries.facts_of(waiting, Lens(DAY))
    assert EvidenceKind.REGISTRY_CONSENT in proofs(hospital, day_before, SubjectKind.PATIENT)
    assert EvidenceKind.REGISTRY_CONSENT not in proofs(hospital, DAY, SubjectKind.PATIENT)
    assert len(hospital.world.trail("patients.withdraw_consent")) == 2
    with pytest.raises(BadInput, match="No consent \\(registry\\) is in force on 20 Nov 2026"):
        actions.withdraw_consent(waiting, kind, **said(hospital))
    actions.record_consent(waiting, kind, **said(hospital))
    assert EvidenceKind.REGISTRY_CONSENT in proofs(hospital, DAY, SubjectKind.PATIENT)


def test_what_was_recorded_by_mistake_is_taken_back_with_its_evidence(hospital: Hospital, waiting: UUID) -> None:
    key = actions.record_card(waiting, FactKind.ALERT_CARD, **said(hospital))
    by = {"by": hospital.coordinator, "now": hospital.world.now}
    with pytest.raises(BadInput, match="Reason is missing"):
        actions.take_back(waiting, key, reason=" ", **by)
    actions.take_back(waiting, key, reason="It was another patient's", **by)
    with reading(SYSTEM):
        assert queries.history(waiting) == []
    assert proofs(hospital, DAY, SubjectKind.PATIENT) == {}
    assert {row["reason"] for row in hospital.world.trail("patients.take_back")} == {"It was another patient's"}
    with pytest.raises(NotFound, match="taken back already"):
        actions.take_back(waiting, key, reason="again", **by)


def test_a_withdrawal_is_not_taken_back(hospital: Hospital, waiting: UUID) -> None:
    actions.record_consent(waiting, FactKind.CONSENT_CONTACT, **said(hospital))
    key = actions.withdraw_consent(waiting, FactKind.CONSENT_CONTACT, **said(hospital))
    with pytest.raises(BadInput, match="record the consent anew"):
        actions.take_back(waiting, key, reason="no", by=hospital.coordinator, now=hospital.world.now)
