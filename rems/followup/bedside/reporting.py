"""The course becomes the adverse event: onset, highest grade, treatments and outcome are filled in from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, NotFound
from rems.events import queries as events
from rems.events.models import AdverseEvent
from rems.events.reporting import Happening, keep_more, keep_report
from rems.events.rules import OUTCOME_WORDS, Kind, Outcome, Seriousness
from rems.followup.bedside import queries
from rems.followup.bedside.course import Episode, Scale
from rems.followup.bedside.queries import Course
from rems.followup.bedside.rules import day_words
from rems.patients import queries as patients
from rems.patients import steps as patient_steps
from rems.patients.rules import when_words

KINDS = {Scale.CRS: Kind.CRS, Scale.ICANS: Kind.ICANS}
BEGINS = "From bedside entries after the infusion of"
CALLED = {Scale.CRS: "CRS", Scale.ICANS: "neurotoxicity"}


@dataclass(frozen=True)
class Told:
    """What the course says of an event, so that nothing is typed again; `differs`: what the case does not say yet."""

    episode: Episode
    began_on: date
    ended_on: date | None
    outcome: Outcome
    narrative: str
    event: AdverseEvent | None

    @property
    def grade(self) -> int:
        return self.episode.grade

    @property
    def differs(self) -> tuple[str, ...]:
        """What the case, as it stands, does not say yet; empty where there is no case or nothing is new."""
        row = self.event
        if row is None:
            return ()
        known = row.computed_grade if row.computed_grade is not None else row.grade
        found = [f"grade {self.grade}"] if known != self.grade else []
        if row.ended_on != self.ended_on:
            found.append("its end" if self.ended_on else "that it goes on")
        if row.outcome != self.outcome and not found:
            found.append(f"outcome {OUTCOME_WORDS[self.outcome].lower()}")
        return tuple(found)


def told(actor: Actor, course: Course, scale: Scale) -> Told | None:
    """What the course says of CRS or neurotoxicity; None while it has no graded entry."""
    episode = course.episode(scale)
    if episode is None:
        return None
    zone = course.ground.zone
    ended_on = day_in(zone, episode.ended.seen.at) if episode.ended else None
    return Told(
        episode=episode,
        began_on=day_in(zone, episode.onset.seen.at),
        ended_on=ended_on,
        outcome=_outcome(episode),
        narrative=_narrative(course, episode),
        event=_case(actor, course, scale),
    )


def report(
    patient_id: UUID,
    scale: Scale,
    *,
    seriousness: Sequence[Seriousness],
    not_serious_reason: str = "",
    seen: UUID | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Report the event that the course tells of; with `seen`, the state of its case, tell what has become of it.

    Only the seriousness is judged here. Raises NotFound without a graded entry, NotAllowed, BadInput, StaleRecord.
    """
    with transaction(by, "bedside.report", at=now):
        patient = patients.patient(by, patient_id)
        require(by, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
        patient_steps.alone(patient_id)
        place = patients.place(by, patient.scope_id)
        course = queries.course_now(patient, place, now)
        found = told(by, course, scale)
        if found is None:
            raise NotFound(f"The course of {patient.number} has no graded entry of {CALLED[scale]}; nothing to report.")
        if found.event is not None and seen is None:
            raise BadInput(f"It is reported already, as {found.event.case_number}; tell what has become of it there.")
        happened = _happening(found, day_zero=day_in(events.day_zero_zone(place.site), now))
        happened = _judged(happened, seriousness, not_serious_reason)
        if seen is not None:
            row = keep_more(seen, happened, by=by, now=now)
        else:
            row = keep_report(patient_id, happened, by=by, now=now)
    return row.id


def _happening(found: Told, *, day_zero: date) -> Happening:
    """The event as its floor takes it; the site learned of it at the bedside, on the day of the onset.

    What somebody wrote in their own words stays before what the course tells.
    """
    episode = found.episode
    kind = KINDS[episode.scale]
    own = found.event.narrative.partition(BEGINS)[0].strip() if found.event else ""
    return Happening(
        kind=kind,
        term="",
        began_on=found.began_on,
        ended_on=found.ended_on,
        site_aware_on=found.began_on,
        day_zero=day_zero,
        seriousness=(),
        outcome=found.outcome,
        grade=episode.grade,
        crs_inputs=episode.peak.crs_inputs if kind is Kind.CRS else None,
        icans_inputs=episode.peak.icans_inputs if kind is Kind.ICANS else None,
        narrative="\n\n".join(filter(None, (own, found.narrative))),
    )


def _judged(happened: Happening, seriousness: Sequence[Seriousness], reason: str) -> Happening:
    """With what a person judged. Raises BadInput for a death, of which the bedside entries know nothing."""
    if Seriousness.DEATH in seriousness:
        raise BadInput(
            "Death: entries at the bedside do not tell of it; report the death with the form for any event.",
            "seriousness",
        )
    return Happening(**{**vars(happened), "seriousness": tuple(seriousness), "not_serious_reason": reason})


def _outcome(episode: Episode) -> Outcome:
    if episode.ended:
        return Outcome.RECOVERED
    better = (episode.last.grade(episode.scale) or 0) < episode.grade
    return Outcome.RECOVERING if better else Outcome.NOT_RECOVERED


def _narrative(course: Course, episode: Episode) -> str:
    """The course in sentences, as the case tells it."""
    zone = course.ground.zone

    def day(at: datetime) -> str:
        return day_words(day_in(zone, at), course.ground.day(at))

    found = [
        f"{BEGINS} {when_words(course.ground.infused_at, zone)}.",
        f"Onset {day(episode.onset.seen.at)}. Grade {episode.grade} on {day(episode.peak.seen.at)}:",
        "; ".join(episode.peak.steps(episode.scale)) + ".",
        f"Over on {day(episode.ended.seen.at)}." if episode.ended else "It goes on.",
    ]
    if given := [f"{queries.treatment(row).called} {when_words(row.given_at, zone)}" for row in course.treatments]:
        found.append(f"Given: {'; '.join(given)}.")
    return " ".join(found)


def _case(actor: Actor, course: Course, scale: Scale) -> AdverseEvent | None:
    """The case of that kind that began in this course, as it stands, among those that the actor may see."""
    first = course.ground.infused_on
    rows = events.of_patient(actor, course.patient.id)
    return next((row for row in rows if row.group == KINDS[scale] and row.holds_on >= first), None)
