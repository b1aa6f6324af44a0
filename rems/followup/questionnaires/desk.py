"""What every page of questionnaires needs: the blueprint, the patient with the occasion, how things stand."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, g, url_for

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.followup import queries as followup
from rems.followup.queries import Course
from rems.followup.questionnaires import queries, remote
from rems.followup.questionnaires.models import AnswerLink
from rems.followup.questionnaires.queries import Sheet, When
from rems.followup.questionnaires.rules import LinkOutcome
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.web.lens import current_lens, keep_lens

bp = Blueprint("questionnaires", __name__)


@dataclass(frozen=True)
class Here:
    """An occasion of a patient as its pages show it, and whether the actor may record under the day that is shown."""

    patient: Patient
    place: Place
    lens: Lens
    course: Course
    when: When
    may: bool

    @property
    def above(self) -> list[tuple[str, str]]:
        """The pages it belongs to; the last is where its own pages lead back to."""
        patient = url_for("followup.patient", patient_id=self.patient.id)
        own = (
            url_for("questionnaires.series", patient_id=self.patient.id)
            if self.when.laboratory
            else url_for("followup.visit", patient_id=self.patient.id, code=self.when.code)
        )
        return [
            ("Patients", url_for("patients.index")),
            (self.patient.number, keep_lens(patient)),
            ("Laboratory series" if self.when.laboratory else self.when.title, keep_lens(own)),
        ]

    @property
    def zone(self) -> str:
        return str(self.place.site.timezone)


def here(actor: Actor, patient_id: UUID, visit: str = "") -> Here:
    """The occasion under the day asked about; without one, the laboratory series as a whole. Raises NotFound."""
    patient = patients.patient(actor, patient_id)
    place = patients.place(actor, patient.scope_id)
    lens = current_lens(zone=place.site.timezone)
    course = followup.course(patient, lens)
    held = {"scope_id": patient.scope_id, "program_id": patient.program_id}
    may = can(actor, Permission.VISIT_RECORD, **held) and course.infusion is not None and not g.rems_lens_bar
    whole = When("", "Laboratory series", course.from_on, (), laboratory=True)
    return Here(patient, place, lens, course, queries.when(course, visit) if visit else whole, may)


def sheet_state(sheet: Sheet) -> tuple[str, str]:
    """How a questionnaire stands: words, and the state that marks them."""
    if sheet.row is None:
        return "Not begun", "open"
    if sheet.finished:
        return "Finished", "met"
    return "Half-done", "wait"


def link_state(row: AnswerLink, now: datetime) -> tuple[str, str]:
    """How a link stands: words, and the state that marks them."""
    if row.canceled:
        return "Canceled", "off"
    if row.used:
        words = {
            LinkOutcome.WAITING: ("Answers to look at", "soon"),
            LinkOutcome.TAKEN_OVER: ("Taken over", "met"),
            LinkOutcome.SET_ASIDE: ("Set aside", "off"),
        }
        return words[row.outcome]
    return ("Out", "wait") if now < row.expires_at else ("Too old", "off")


@dataclass(frozen=True)
class OfVisit:
    """The questionnaires of a visit, the links that were made for it, and why no further one can be made."""

    sheets: tuple[tuple[Sheet, str, str], ...]
    links: tuple[tuple[AnswerLink, str, str], ...]
    may: bool
    why_no_link: str

    @property
    def finished(self) -> int:
        return sum(sheet.finished for sheet, _, _ in self.sheets)

    @property
    def plain(self) -> bool:
        """Whether something is left that a patient can be asked."""
        return any(sheet.asked.for_patient and not sheet.finished for sheet, _, _ in self.sheets)


def of_visit(place: Here, now: datetime) -> OfVisit:
    """What the page of a visit shows of its questionnaires."""
    found = queries.sheets(place.patient, place.when, place.lens)
    out = queries.links(place.patient, place.when.code) if place.may else []
    return OfVisit(
        tuple((one, *sheet_state(one)) for one in found),
        tuple((row, *link_state(row, now)) for row in out),
        place.may,
        remote.why_not(place.patient, place.lens) if place.may else "",
    )


def late_words(due_on: date, on: date) -> str:
    """3 days late, or nothing."""
    days = (on - due_on).days
    return f"{days} {'day' if days == 1 else 'days'} late" if days > 0 else ""
