"""What the gate found, each with the link to where it is mended and the people who can."""

from dataclasses import dataclass
from datetime import date

from flask import request, url_for

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.patients.gate import Check, Gate, Mend
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.patients.rules import FactKind
from rems.sites import details
from rems.sites.rules import ROLE_WORDS, StaffRole
from rems.web.lens import keep_lens

NAMED = 2  # so many people of a role are named; the rest is counted

# What the link to a mend says, and the record it leads to; the other mends lead to pages of other floors.
RECORDS: dict[Mend, tuple[str, FactKind]] = {
    Mend.WEIGHT: ("Record weight", FactKind.WEIGHT),
    Mend.CONSENT: ("Record consent", FactKind.CONSENT_TREATMENT),
    Mend.DEFERRAL: ("Answer the questions", FactKind.DEFERRAL),
    Mend.PRODUCT: ("Record the product", FactKind.PRODUCT_RECEIPT),
}


@dataclass(frozen=True)
class Person:
    """Who can mend it: the name (empty: nobody of the staff has the role), the role, and the way to reach them."""

    name: str
    role: str
    email: str = ""


@dataclass(frozen=True)
class Row:
    """One check, the link to where it is mended, and who can. `others` counts those who are not named."""

    check: Check
    url: str
    act: str
    people: tuple[Person, ...]
    others: int


def rows(actor: Actor, patient: Patient, place: Place, answer: Gate, on: date, *, here: bool) -> dict[str, list[Row]]:
    """Every check in its part of the page: missing, warnings, in_order."""
    staff = [p for p in details.people(place.site.id, Lens(on)) if p.there(on)]
    may = can(actor, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)

    def row(check: Check) -> Row:
        url, act = way(check, patient, place, may=may, here=here)
        people = [p for p in staff if p.role in check.who]
        named = [Person(p.name, ROLE_WORDS[p.role].lower(), p.email) for p in people[:NAMED]] or unnamed(check.who)
        return Row(check, url, act, tuple(named), max(0, len(people) - NAMED))

    parts = {"missing": answer.missing, "warnings": answer.warnings, "in_order": answer.in_order}
    return {name: [row(c) for c in checks] for name, checks in parts.items()}


def unnamed(roles: tuple[StaffRole, ...]) -> list[Person]:
    return [Person("", " or ".join(ROLE_WORDS[r].lower() for r in roles))] if roles else []


def way(check: Check, patient: Patient, place: Place, *, may: bool, here: bool) -> tuple[str, str]:
    """The address where a check is mended or looked at, and what its link says; empty where the actor cannot."""
    site_id, code = place.site.id, place.program.code
    match check.mend:
        case Mend.CERTIFICATION:
            return keep_lens(url_for("certification.show", site_id=site_id, code=code)), "Certification"
        case Mend.TRAINING:
            return keep_lens(url_for("training.site", site_id=site_id, code=code)), "Training"
        case Mend.STOCK:
            return keep_lens(url_for("stock.site", site_id=site_id)), "Stock"
        case Mend.NOWHERE:
            return "", ""
    act, kind = RECORDS.get(check.mend) or ("Record card", FactKind(check.code))
    if not (may and here):
        return "", ""
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return url_for("patients.record", patient_id=patient.id, kind=kind, next=back), act
