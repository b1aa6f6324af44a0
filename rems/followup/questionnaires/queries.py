"""Look up what a visit asks, what was answered, the links that are out, and sample kits. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, false, or_, select

from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.core.settings import Settings
from rems.followup.queries import Course
from rems.followup.questionnaires import laboratory
from rems.followup.questionnaires.answers import plain
from rems.followup.questionnaires.branching import Value, gaps
from rems.followup.questionnaires.laboratory import FollowUp, Occasion, Trigger
from rems.followup.questionnaires.models import AnswerLink, KitStep, QuestionnaireAsked, SampleKit, VisitAnswers
from rems.followup.questionnaires.rules import AnswersState, KitStage
from rems.followup.questionnaires.terms import Library, Questionnaire, of_kept
from rems.patients.models import Patient


@dataclass(frozen=True)
class When:
    """An occasion on which questionnaires are answered: a visit of the schedule, or a day of its laboratory series."""

    code: str
    title: str
    target_on: date
    asks: tuple[str, ...]
    laboratory: bool = False


@dataclass(frozen=True)
class Sheet:
    """One questionnaire of an occasion, in the version that is asked or was answered, and its answers so far."""

    asked: Questionnaire
    row: VisitAnswers | None

    @property
    def finished(self) -> bool:
        return self.row is not None and self.row.state is AnswersState.FINISHED

    @property
    def open(self) -> int:
        """How many answers are missing before it can be finished."""
        return len(gaps(self.asked.questions, plain(self.row.answers) if self.row else {}))


def library() -> Library:
    """Every questionnaire that config/questionnaires has."""
    found: Library = current_app.extensions["rems_questionnaires"]
    return found


def setting(name: str) -> object:
    """A setting of follow-up in config/default.toml."""
    settings: Settings = current_app.extensions["rems_settings"]
    return settings.value("followup", name)


def trigger() -> Trigger:
    """When integration sites are analyzed and repeated here."""
    return Trigger(Decimal(str(setting("integration_percent"))), int(str(setting("integration_months"))))


def when(course: Course, code: str) -> When:
    """The occasion of that code. Raises NotFound."""
    if code.startswith(laboratory.PREFIX):
        for one in series(course):
            if one.code == code:
                return When(code, f"Laboratory, {one.title[0].lower()}{one.title[1:]}", one.due_on, (), laboratory=True)
    visit = course.line(code).visit
    return When(code, visit.title, visit.target_on, visit.asks)


def series(course: Course) -> tuple[Occasion, ...]:
    """The days of the laboratory series of a course."""
    return laboratory.occasions(course.schedule, infused_on=course.from_on)


def sheets(patient: Patient, where: When, lens: Lens) -> list[Sheet]:
    """The questionnaires of an occasion: those answered as they were asked then, the others in the version of today."""
    rows = answered(patient, where.code, lens)
    now = library().asked_by(where.asks, lens.as_of)
    if where.laboratory and (of_laboratory := library().of_laboratory(lens.as_of)):
        now = (*now, of_laboratory)
    found = [Sheet(content(rows[one.code].asked_id) if one.code in rows else one, rows.get(one.code)) for one in now]
    here = {one.code for one in now}
    return found + [Sheet(content(row.asked_id), row) for code, row in sorted(rows.items()) if code not in here]


def sheet(patient: Patient, where: When, code: str, lens: Lens) -> Sheet:
    """One questionnaire of an occasion. Raises NotFound with those that it asks."""
    found = sheets(patient, where, lens)
    for one in found:
        if one.asked.code == code:
            return one
    asked = ", ".join(one.asked.code for one in found) or "none"
    raise NotFound(f'{where.title} asks no questionnaire "{code}". It asks: {asked}.')


def answered(patient: Patient, visit_code: str, lens: Lens | None = None) -> dict[str, VisitAnswers]:
    """The answers of an occasion as they stand under the lens, by the code of the questionnaire."""
    query = facts(VisitAnswers, lens, scope_id=patient.scope_id).where(
        VisitAnswers.patient_id == patient.id, VisitAnswers.visit_code == visit_code
    )
    return {row.code: row for row in db.session.scalars(query)}


def states(row: VisitAnswers) -> list[VisitAnswers]:
    """Every state of the same answers, oldest first."""
    query = select(VisitAnswers).where(VisitAnswers.root_id == row.root_id, VisitAnswers.scope_id == row.scope_id)
    return list(db.session.scalars(query.order_by(VisitAnswers.recorded_at, VisitAnswers.id)))


def content(asked_id: UUID) -> Questionnaire:
    """A questionnaire word for word as it was asked. Raises NotFound."""
    row = db.session.get(QuestionnaireAsked, asked_id)
    if row is None:
        raise NotFound("There is no such questionnaire, or it is not yours to see.")
    return of_kept(row.content)


def results(patient: Patient, lens: Lens) -> dict[date, dict[str, Value]]:
    """The finished laboratory results of a patient, by the day of the sample."""
    query = facts(VisitAnswers, lens, scope_id=patient.scope_id).where(
        VisitAnswers.patient_id == patient.id, VisitAnswers.state == AnswersState.FINISHED
    )
    found: dict[date, dict[str, Value]] = {}
    for row in db.session.scalars(query.order_by(VisitAnswers.recorded_at, VisitAnswers.id)):
        values = plain(row.answers)
        if isinstance(on := values.get(laboratory.SAMPLED), str):
            found.setdefault(date.fromisoformat(on), {}).update(values)
    return found


def follow_ups(patient: Patient, lens: Lens) -> tuple[FollowUp, ...]:
    """What the laboratory results of a patient ask for."""
    return laboratory.follow_ups(results(patient, lens), trigger())


def links(patient: Patient, visit_code: str) -> list[AnswerLink]:
    """The links that were made for an occasion, each in its newest state, the newest first."""
    query = facts(AnswerLink, scope_id=patient.scope_id).where(
        AnswerLink.patient_id == patient.id, AnswerLink.visit_code == visit_code
    )
    return list(db.session.scalars(query.order_by(AnswerLink.root_id.desc())))


def link(root_id: UUID) -> AnswerLink:
    """A link in its newest state. Raises NotFound."""
    found = db.session.scalars(facts(AnswerLink).where(AnswerLink.root_id == root_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such link, or it is not yours to see.")
    return found


def link_by_digest(digest: str) -> AnswerLink | None:
    """The link of that digest in its newest state."""
    return db.session.scalars(facts(AnswerLink).where(AnswerLink.token_digest == digest)).one_or_none()


def opens(row: AnswerLink, now: datetime) -> bool:
    """Whether a link still opens."""
    return not row.used and not row.canceled and now < row.expires_at


def visible_kits(actor: Actor, lens: Lens | None = None) -> Select[SampleKit]:
    """The kits an actor may see. Row-level security says the same beneath."""
    query = facts(SampleKit, lens)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, Permission.PATIENT_READ)
    mine = frozenset(p for h in actor.holdings if Permission.PATIENT_READ in h.permissions for p in h.programs)
    either = [SampleKit.scope_id.in_(scopes)] if scopes else []
    if mine:
        either.append(SampleKit.program_id.in_(mine))
    return query.where(or_(*either)) if either else query.where(false())


def kit(actor: Actor, kit_id: UUID) -> SampleKit:
    """One kit. Raises NotFound, also for one that the actor may not see."""
    found = db.session.scalars(visible_kits(actor).where(SampleKit.id == kit_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such sample kit, or it is not yours to see.")
    return found


def kits(actor: Actor, lens: Lens, *, patient_id: UUID | None = None, limit: int = 500) -> list[SampleKit]:
    """The kits an actor may see, the oldest first; of one patient."""
    query = visible_kits(actor, lens)
    if patient_id is not None:
        query = query.where(SampleKit.patient_id == patient_id)
    return list(db.session.scalars(query.order_by(SampleKit.holds_on, SampleKit.id).limit(limit)))


def steps(kit_ids: list[UUID], lens: Lens | None = None) -> dict[UUID, dict[KitStage, KitStep]]:
    """The steps of kits that are done, each as last corrected."""
    found: dict[UUID, dict[KitStage, KitStep]] = {key: {} for key in kit_ids}
    for row in db.session.scalars(facts(KitStep, lens).where(KitStep.kit_id.in_(kit_ids))):
        found[row.kit_id][row.stage] = row
    return found


def done(rows: Mapping[KitStage, KitStep]) -> dict[KitStage, date]:
    """The day of each step."""
    return {stage: row.holds_on for stage, row in rows.items()}


def kit_days() -> dict[str, int]:
    """How many days each step of a kit may take here."""
    found = setting("kit_days")
    assert isinstance(found, dict)
    return {str(stage): int(days) for stage, days in found.items()}
