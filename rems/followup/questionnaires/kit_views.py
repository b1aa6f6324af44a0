"""Sample kits: which wait for what, which are late, and the way of each."""

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.events import queries as events
from rems.followup.questionnaires import kits, queries
from rems.followup.questionnaires.desk import bp, late_words
from rems.followup.questionnaires.forms import CorrectedStepForm, StepForm
from rems.followup.questionnaires.models import KitStep, SampleKit
from rems.followup.questionnaires.rules import REFERENCED, STAGE_WORDS, STAGES, KitStage, Next, next_step
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.web.lens import current_lens, keep_lens
from rems.web.sending import filled, holds, seen_or_none, short_form


@dataclass(frozen=True)
class Listed:
    """A kit with its steps, the step that it waits for, and how late that is."""

    kit: SampleKit
    number: str
    site: str
    steps: dict[KitStage, KitStep]
    next: Next | None
    late: str

    @property
    def reference(self) -> str:
        """The number of the manufacturer's order, once there is one."""
        ordered = self.steps.get(KitStage.ORDERED)
        return ordered.reference if ordered else ""


def listed(patient: Patient, lens: Lens) -> list[Listed]:
    """The kits of one patient."""
    return _listed(queries.kits(current_actor(), lens, patient_id=patient.id), lens)


def _listed(rows: list[SampleKit], lens: Lens) -> list[Listed]:
    steps, days = queries.steps([row.id for row in rows], lens), queries.kit_days()
    numbers = patients.numbers({row.patient_id for row in rows})
    sites = {key: place.site.name for key, place in patients.places_of({row.scope_id for row in rows}).items()}
    found = []
    for row in rows:
        ahead = next_step(queries.done(steps[row.id]), days, opened_on=row.holds_on, on=lens.as_of)
        late = late_words(ahead.due_on, lens.as_of) if ahead else ""
        found.append(Listed(row, numbers[row.patient_id], sites[row.scope_id], steps[row.id], ahead, late))
    return found


@bp.get("/sample-kits")
def kit_list() -> str:
    """Kits without a result first, the longest late first."""
    actor = current_actor()
    require(actor, Permission.PATIENT_READ)
    lens = current_lens(zone=actor.timezone)
    rows = _listed(queries.kits(actor, lens), lens)
    rows.sort(key=lambda one: (one.next is None, one.next.due_on if one.next else one.kit.holds_on))
    return render_template("questionnaires/kits.html", rows=rows, lens=lens, words=STAGE_WORDS)


@bp.get("/sample-kits/<uuid:kit_id>")
def kit(kit_id: UUID) -> str:
    actor = current_actor()
    row = queries.kit(actor, kit_id)
    place = patients.place(actor, row.scope_id)
    lens = current_lens(zone=place.site.timezone)
    if row.holds_on > lens.as_of:
        raise NotFound("This kit was not asked for yet on that day. Ask for a later day.")
    return render_template(
        "questionnaires/kit.html",
        one=_listed([row], lens)[0],
        patient=patients.patient(actor, row.patient_id),
        event=_event(actor, row),
        place=place,
        lens=lens,
        stages=STAGES,
        words=STAGE_WORDS,
        days=queries.kit_days(),
        may=can(actor, Permission.VISIT_RECORD, scope_id=row.scope_id, program_id=row.program_id),
    )


@bp.route("/sample-kits/<uuid:kit_id>/steps/<stage>", methods=["GET", "POST"])
def kit_step(kit_id: UUID, stage: str) -> ResponseReturnValue:
    """Record the step that a kit waits for, or correct one."""
    actor, now = current_actor(), utcnow()
    row = queries.kit(actor, kit_id)
    require(actor, Permission.VISIT_RECORD, scope_id=row.scope_id, program_id=row.program_id)
    if stage not in set(KitStage):
        raise NotFound(f'A kit has no step "{stage}". Its steps are: {", ".join(STAGES)}.')
    step, place = KitStage(stage), patients.place(actor, row.scope_id)
    old = queries.steps([kit_id])[kit_id].get(step)
    known = {name: getattr(old, name) for name in ("holds_on", "who", "reference", "note")} if old else {}
    begins = {"holds_on": day_in(place.site.timezone, now), **known, "seen": str(old.id) if old else ""}
    correcting = old is not None if request.method == "GET" else bool(request.form.get("seen"))
    form: StepForm = filled(CorrectedStepForm if correcting else StepForm, **begins)
    form.reference.optional = step not in REFERENCED
    if holds(form):
        with form.answering():
            kits.record_step(
                kit_id,
                step,
                holds_on=form.holds_on.data,
                who=form.who.data,
                reference=form.reference.data,
                note=form.note.data,
                reason=form["reason"].data if correcting else "",
                seen=seen_or_none(form),
                by=actor,
                now=now,
            )
            flash(f"{STAGE_WORDS[step]}: {'corrected' if correcting else 'recorded'}.")
            return redirect(url_for("questionnaires.kit", kit_id=kit_id))
    number = patients.numbers([row.patient_id])[row.patient_id]
    above = [
        ("Sample kits", url_for("questionnaires.kit_list")),
        (number, url_for("questionnaires.kit", kit_id=kit_id)),
    ]
    sentence = (
        "The record before is kept; yours takes its place, with your reason."
        if correcting
        else "Days are those of the site."
    )
    return short_form(form, STAGE_WORDS[step], "Keep correction" if correcting else "Record", sentence, above)


def _event(actor: Actor, row: SampleKit) -> tuple[str, str]:
    """Number and address of the event that asked for a kit; without an address where the actor does not see events."""
    if not can(actor, Permission.EVENT_READ, scope_id=row.scope_id, program_id=row.program_id):
        return "", ""
    found = events.event(actor, row.event_id)
    return found.case_number, keep_lens(url_for("events.show", event_id=found.id))
