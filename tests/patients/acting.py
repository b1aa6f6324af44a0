"""What the tests of actions share: one hospital, one day, and all that the gate asks of a patient."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.followup import actions as followup
from rems.patients import actions, queries
from rems.patients.models import Authorization, Patient
from rems.patients.rules import DEFERRAL_QUESTIONS, FactKind
from tests.factories import PASSWORD, Hospital

CERTIFIED, ENROLLED, DAY = date(2026, 10, 1), date(2026, 10, 20), date(2026, 11, 20)
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NO = dict.fromkeys(DEFERRAL_QUESTIONS, False)
SYSTEM = Actor.system("test")

Keep = Callable[[UUID, dict[str, Any]], UUID]
RECEIPT: dict[str, Any] = {
    "identity": "NH-0112-A7",
    "product": "Kymriah",
    "lot": "YE-40918",
    "bags": 1,
    "expires_on": date(2027, 3, 1),
}
KEEP: dict[str, Keep] = {
    "weight": lambda p, s: actions.record_weight(p, Decimal("74.0"), **s),
    "consent": lambda p, s: actions.record_consent(p, FactKind.CONSENT_REGISTRY, edition="4", **s),
    "card": lambda p, s: actions.record_card(p, FactKind.ALERT_CARD, **s),
    "deferral": lambda p, s: actions.record_deferral(p, NO, **s),
    "receipt": lambda p, s: actions.record_receipt(p, **RECEIPT, **s),
}


def said(hospital: Hospital, **changed: Any) -> dict[str, Any]:
    return {"holds_on": DAY, "by": hospital.coordinator, "now": hospital.world.now, **changed}


def of(patient_id: UUID) -> Patient:
    return queries.patient(SYSTEM, patient_id)


def proofs(hospital: Hospital, on: date, *subjects: SubjectKind) -> dict[EvidenceKind, str]:
    """The evidence in force about such subjects, as findings read it."""
    with reading(SYSTEM):
        program_id = db.session.scalar(text("select program_id from scope where id = :id"), {"id": hospital.scope_id})
        found = evidence.in_force(hospital.site_id, program_id, Lens(on), subjects=subjects)
        return {e.kind: e.summary for e in found}


def prepared(hospital: Hospital, patient_id: UUID, on: date = DAY, *, but: str = "") -> UUID:
    """All that the gate asks of a patient, without one thing."""
    own = {
        **KEEP,
        "treatment": lambda p, s: actions.record_consent(p, FactKind.CONSENT_TREATMENT, **s),
        "wallet": lambda p, s: actions.record_card(p, FactKind.WALLET_CARD, **s),
    }
    for verb, keep in own.items():
        if verb != but:
            keep(patient_id, said(hospital, holds_on=on))
    return patient_id


def authorize(hospital: Hospital, patient_id: UUID, **changed: Any) -> Authorization:
    values = {"at": AT, "password": PASSWORD, "by": hospital.coordinator, "now": hospital.world.now, **changed}
    return actions.authorize(patient_id, values.pop("location_id", hospital.location_id), **values)


def infuse(hospital: Hospital, patient_id: UUID, **changed: Any) -> UUID:
    values = {"infused_at": AT, "location_id": hospital.location_id, "lot": "YE-40918", "bags": 1, **changed}
    return followup.infuse(patient_id, **{"by": hospital.coordinator, "now": hospital.world.now, **values})
