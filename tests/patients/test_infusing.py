"""The infusion: once, under a valid authorization, at a certified site, with what was received for the patient."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from rems.core.db import reading
from rems.core.errors import BadInput, Incomplete
from rems.core.lens import Lens
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import actions, queries
from rems.patients.rules import FactKind
from rems.sites import actions as sites
from rems.sites.rules import LocationKind
from rems.stock import actions as stock_actions
from rems.stock import queries as stock
from rems.stock.rules import MovementKind
from tests.factories import LABEL, Hospital, World
from tests.patients.acting import AT, CERTIFIED, DAY, ENROLLED, SYSTEM, authorize, infuse, of, prepared, proofs, said


@pytest.fixture
def allowed(hospital: Hospital, waiting: UUID) -> UUID:
    authorize(hospital, prepared(hospital, waiting))
    return waiting


def test_an_infusion_is_kept_with_its_evidence_and_the_doses_stay_held(hospital: Hospital, allowed: UUID) -> None:
    key = infuse(hospital, allowed)
    with reading(SYSTEM):
        given = queries.infusion(allowed, Lens(DAY))
        assert given is not None and given.id == key and given.product == "Kymriah"
        assert {r.until_on for r in stock.reserved(allowed, Lens(DAY))} == {DAY + timedelta(days=28)}
        number = of(allowed).number
    assert proofs(hospital, DAY, SubjectKind.INFUSION) == {
        EvidenceKind.INFUSION: f"{number} infused on 20 Nov 2026.",
        EvidenceKind.TRACEABILITY: f"{number}: Kymriah, lot YE-40918, 1 bag, 20 Nov 2026.",
        EvidenceKind.TOCILIZUMAB_VERIFIED: f"1 dose verified for {number} on 20 Nov 2026.",
    }


def test_held_vials_that_are_given_are_held_no_more(hospital: Hospital, allowed: UUID) -> None:
    infuse(hospital, allowed)
    with reading(SYSTEM):
        (lot,) = {r.lot_id for r in stock.reserved(allowed, Lens(DAY)) if r.vials == 1 and r.dose_number == 1} - {
            line.lot.id for line in stock.lots(hospital.site_id, Lens(DAY)) if line.lot.strength_mg == 200
        }
    stock_actions.move(
        lot, MovementKind.USED, -1, patient_id=allowed, **said(hospital, holds_on=DAY + timedelta(days=2))
    )
    with reading(SYSTEM):
        assert lot not in {r.lot_id for r in stock.reserved(allowed, Lens(DAY + timedelta(days=2)))}


def test_an_infusion_without_an_authorization_is_refused(hospital: Hospital, waiting: UUID) -> None:
    prepared(hospital, waiting)
    with pytest.raises(Incomplete, match="No authorization of HL-.* is valid at 20 Nov 2026, 10:00 UTC"):
        infuse(hospital, waiting)
    authorize(hospital, waiting)
    with pytest.raises(Incomplete, match="No authorization"):
        infuse(hospital, waiting, infused_at=AT + timedelta(hours=25))
    assert hospital.world.trail("followup.infuse") == []


def test_an_infusion_before_certification_is_refused_in_one_sentence(world: World) -> None:
    hospital = world.hospital().ready(CERTIFIED)
    patient_id = prepared(hospital, hospital.enrolled(ENROLLED))
    with pytest.raises(Incomplete, match="was not certified under .* on 20 Nov 2026, so no infusion") as refused:
        infuse(hospital, patient_id)
    assert refused.value.gaps == ()


def test_the_gate_is_looked_at_again_when_the_infusion_is_recorded(hospital: Hospital, allowed: UUID) -> None:
    actions.withdraw_consent(allowed, FactKind.CONSENT_TREATMENT, **said(hospital))
    with pytest.raises(Incomplete, match="Since authorization .* was given, something is missing") as refused:
        infuse(hospital, allowed)
    assert refused.value.gaps == ("Consent to treatment: No consent to treatment is in force.",)


def test_a_second_infusion_and_a_second_authorization_are_refused(hospital: Hospital, allowed: UUID) -> None:
    infuse(hospital, allowed)
    with pytest.raises(BadInput, match="was infused on 20 Nov 2026; a second infusion is not recorded here") as refused:
        infuse(hospital, allowed)
    assert refused.value.field == "infused_at"
    with pytest.raises(BadInput, match="a second infusion"):
        authorize(hospital, allowed, at=AT - timedelta(days=1))
    with pytest.raises(BadInput, match="a second infusion"):
        actions.withdraw_authorization(allowed, reason="no", by=hospital.coordinator, now=AT)


def test_what_does_not_fit_is_refused_and_leaves_no_trace(hospital: Hospital, allowed: UUID) -> None:
    for changed, words, field in (
        ({"infused_at": AT + timedelta(days=10)}, "has not come yet", "infused_at"),
        ({"infused_at": AT - timedelta(days=60)}, "is before 20 Oct 2026, when HL-", "infused_at"),
        ({"location_id": UUID(int=1)}, "is no location of", "location_id"),
        ({"lot": "YE-1"}, "is not YE-40918, the lot that was received", "lot"),
        ({"lot": " "}, "Lot of the product is missing", "lot"),
        ({"bags": 2}, "are more than the 1 that were received", "bags"),
    ):
        with pytest.raises(BadInput, match=words) as refused:
            infuse(hospital, allowed, **changed)
        assert refused.value.field == field
    assert hospital.world.trail("followup.infuse") == []


def test_an_infusion_elsewhere_than_authorized_is_refused(hospital: Hospital, allowed: UUID) -> None:
    by = {"by": hospital.coordinator, "now": hospital.world.now}
    suite = sites.add_location(hospital.site_id, "Suite 2", LocationKind.UNIT, parent_id=hospital.location_id, **by)
    with pytest.raises(Incomplete, match="something is missing"):
        infuse(hospital, allowed, location_id=suite)
    stock_actions.receive(
        hospital.site_id, suite, lot="S4", strength_mg=400, vials=2, expires_on=date(2028, 1, 1), **said(hospital)
    )
    with pytest.raises(BadInput, match="is for Hospital .* Infuse there, or pass the gate") as refused:
        infuse(hospital, allowed, location_id=suite)
    assert refused.value.field == "location_id"


def test_under_a_label_nothing_is_verified(world: World) -> None:
    hospital = world.hospital(LABEL, country="US")
    patient_id = hospital.enrolled(ENROLLED)
    authorize(hospital, patient_id)
    infuse(hospital, patient_id)
    found = proofs(hospital, DAY, SubjectKind.INFUSION)
    assert set(found) == {EvidenceKind.INFUSION, EvidenceKind.TRACEABILITY}
