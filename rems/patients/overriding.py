"""Overrides of a legal stop: who may, which there were, and which still have to be reported. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from rems.access.rules import ROLES, Role
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.patients.models import OverrideReport, Patient, StopOverride
from rems.patients.queries import Place, numbers, places_of
from rems.patients.rules import said
from rems.programs.rules import Program
from rems.signatures import queries as signatures


@dataclass(frozen=True)
class Override:
    """An override with the patient's number, where it was, and its report (None: still to be reported).

    `role`: that in which it was signed, empty where the signature is not the reader's to see.
    """

    row: StopOverride
    number: str
    place: Place
    report: OverrideReport | None
    role: str = ""

    @property
    def titles(self) -> list[str]:
        """What was overridden, in words."""
        return [str(stop["title"]) for stop in self.row.stops.values()]

    @property
    def by(self) -> str:
        """Who overrode it, in which role: "Ines Varga, treating physician"."""
        return ", ".join(filter(None, [self.row.recorded_by.rpartition(" <")[0] or self.row.recorded_by, self.role]))


def may_override(by: Actor, patient: Patient, program: Program) -> bool:
    """Whether the actor holds the role that the program names, for this site or program."""
    return any(
        h.role == program.local.overridden_by
        and (patient.scope_id in h.scopes or (patient.program_id is not None and patient.program_id in h.programs))
        for h in by.holdings
    )


def role_words(program: Program) -> str:
    """The role that may override a stop of the program, as a sentence names it; empty: none is named."""
    named = program.local.overridden_by
    return ROLES[Role(named)].title.lower() if named in set(Role) else ""


def check_role(by: Actor, patient: Patient, program: Program) -> None:
    """Raises NotAllowed that names who may override, or says that nobody may."""
    role = role_words(program)
    if not role:
        raise NotAllowed(f"{program.title} names nobody who may override a stop: mend what is missing.")
    if not may_override(by, patient, program):
        raise NotAllowed(f"A stop of {program.title} is overridden by a {role} of this site or program alone.")


def visible(actor: Actor, lens: Lens | None = None) -> Select[StopOverride]:
    """The overrides an actor may see: of its scopes and programs. Row-level security says the same beneath."""
    query = facts(StopOverride, lens)
    if actor.everywhere:
        return query
    return query.where(or_(StopOverride.scope_id.in_(actor.scopes), StopOverride.program_id.in_(actor.programs)))


def overrides(actor: Actor, lens: Lens | None = None, *, scope_ids: Collection[UUID] | None = None) -> list[Override]:
    """The overrides under the lens, those to report first, then the newest; of some entries only, if given."""
    query = visible(actor, lens)
    if scope_ids is not None:
        query = query.where(StopOverride.scope_id.in_(scope_ids))
    rows = list(db.session.scalars(query.order_by(StopOverride.holds_on.desc(), StopOverride.id.desc())))
    return sorted(_whole(rows, lens), key=lambda one: one.report is not None)


def of_patient(patient_id: UUID, lens: Lens | None = None) -> list[Override]:
    """The overrides of one patient who was looked up for the reader, the newest first."""
    query = facts(StopOverride, lens).where(StopOverride.patient_id == patient_id)
    return _whole(list(db.session.scalars(query.order_by(StopOverride.holds_on.desc(), StopOverride.id.desc()))), lens)


def override(actor: Actor, override_id: UUID, lens: Lens | None = None) -> Override:
    """One override, as it was under the lens. Raises NotFound."""
    row = db.session.scalars(visible(actor, lens).where(StopOverride.id == override_id)).one_or_none()
    if row is None:
        when = " on this day" if lens else ""
        raise NotFound(f"There is no such override{when}, or it is not yours to see.")
    return _whole([row], lens)[0]


def known(actor: Actor, override_id: UUID) -> bool:
    """Whether that is the key of an override the actor may see."""
    return db.session.scalars(visible(actor).where(StopOverride.id == override_id)).one_or_none() is not None


def to_report(actor: Actor) -> int:
    """How many overrides still have to be reported."""
    told = select(OverrideReport.override_id).where(~OverrideReport.void)
    return len(
        list(db.session.scalars(visible(actor).where(StopOverride.id.not_in(told)).with_only_columns(StopOverride.id)))
    )


def reported(found: Override, *, holds_on: date, reported_to: str, reference: str, now: datetime) -> OverrideReport:
    """The report of an override, to be kept. Raises BadInput."""
    if found.report is not None:
        raise BadInput(
            f"It was reported on {said(found.report.holds_on)} to {found.report.reported_to} already.", "reported_to"
        )
    today = day_in(found.place.site.timezone, now)
    if holds_on > today:
        raise BadInput(f"Reported on: {said(holds_on)} has not come yet; today is {said(today)}.", "holds_on")
    if holds_on < found.row.holds_on:
        raise BadInput(
            f"Reported on: {said(holds_on)} is before {said(found.row.holds_on)}, the day of the override.", "holds_on"
        )
    if not reported_to.strip():
        raise BadInput("Reported to: name the authority or the sponsor.", "reported_to")
    return OverrideReport(
        id=uuid7(),
        scope_id=found.row.scope_id,
        program_id=found.row.program_id,
        holds_on=holds_on,
        override_id=found.row.id,
        reported_to=reported_to.strip(),
        reference=reference.strip(),
    )


def _whole(rows: list[StopOverride], lens: Lens | None) -> list[Override]:
    """The rows with what the pages show beside them, in four statements however many there are."""
    if not rows:
        return []
    named = numbers([r.patient_id for r in rows])
    where: dict[UUID, Any] = dict(places_of({r.scope_id for r in rows}))
    query = facts(OverrideReport, lens).where(OverrideReport.override_id.in_([r.id for r in rows]))
    told = {report.override_id: report for report in db.session.scalars(query)}
    signed = signatures.of_each("authorization", [r.authorization_id for r in rows])
    return [
        Override(
            r,
            named.get(r.patient_id, ""),
            where[r.scope_id],
            told.get(r.id),
            next((one.role for one in signed[r.authorization_id]), ""),
        )
        for r in rows
        if r.scope_id in where
    ]
