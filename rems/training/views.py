"""Who was trained for a program, and the forms that record a training or an assessment."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.programs.rules import EvidenceKind
from rems.sites import details, serving
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS, folded, open_days, said, spans
from rems.training import actions, queries
from rems.training import log_views as log_views  # its pages stand on the same blueprint
from rems.training.desk import bp, entry_to_change
from rems.training.forms import AttemptForm, TrainingForm
from rems.training.matrix import Known, Row, pass_mark, requirements, tallies, title
from rems.training.rules import TrainingKind
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of

__all__ = ["bp"]
SHOWN = 200  # people on a page: a matrix is read as a whole
STATES = (("late", "With a gap"), ("soon", "Due soon"), ("met", "In order"), ("off", "Not asked"))


@bp.get("/sites/<uuid:site_id>/programs/<code>/training")
def site(site_id: UUID, code: str) -> ResponseReturnValue:
    actor = current_actor()
    found, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    lens = current_lens(zone=found.timezone)
    version = programs.as_known(entry.program, lens.known_at).version_on(lens.as_of)
    asked = requirements(version)
    rows = queries.rows(entry, lens, now=utcnow())
    kept, number = _asked_for(rows), asked_page()
    shown = kept[(number - 1) * SHOWN : number * SHOWN]
    return render_template(
        "training/site.html",
        site=found,
        entry=entry,
        lens=lens,
        version=version,
        asked=asked,
        column_titles=[title(r) for r in asked],
        everybody=len(rows),
        page=page_of(
            [
                (row.person.name, "", person_words(row.person), [c and (c.state, c.words) for c in row.cells])
                for row in shown
            ],
            total=len(kept),
            number=number,
            size=SHOWN,
        ),
        counts=Counter(row.state for row in rows),
        states=STATES,
        roles=[(role.value, words) for role, words in ROLE_WORDS.items()],
        sponsor=entry.program_id in actor.programs,
        tallies=tallies(asked, rows),
        open_days=open_days(entry.program),
        last_day=spans(entry.program)[-1][1] if spans(entry.program) else None,
    )


def _asked_for(rows: Sequence[Row]) -> list[Row]:
    """The rows that the filters of the page leave: part of a name, a role, a state."""
    name, role, state = (request.args.get(word, "").strip() for word in ("q", "role", "state"))
    return [
        row
        for row in rows
        if folded(name) in folded(row.person.name) and role in ("", row.person.role.value) and state in ("", row.state)
    ]


def person_words(person: Known) -> str:
    return ROLE_WORDS[person.role] + (", authorized representative" if person.represents else "")


@bp.get("/sites/<uuid:site_id>/programs/<code>/training/new")
def record(site_id: UUID, code: str) -> ResponseReturnValue:
    found, entry = entry_to_change(site_id, code)
    today = day_in(found.timezone, utcnow())
    form = TrainingForm(data={"holds_on": today, "kind": TrainingKind.STAFF_TRAINING})
    return form_page(found, entry, form, "training/record.html")


@bp.post("/sites/<uuid:site_id>/programs/<code>/training/new")
def record_now(site_id: UUID, code: str) -> ResponseReturnValue:
    found, entry = entry_to_change(site_id, code)
    form = TrainingForm.sent()
    offer(found, entry, form)
    if form.validate():
        with form.answering():
            actions.record_training(
                site_id,
                code,
                UUID(form.staff_id.data),
                TrainingKind(form.kind.data),
                holds_on=form.holds_on.data,
                material=form.material.data,
                also=form.also.data if form.also else (),
                by=current_actor(),
                now=utcnow(),
            )
            flash("The training is recorded.")
            return redirect(url_for("training.site", site_id=site_id, code=code))
    return form_page(found, entry, form, "training/record.html"), 422


@bp.get("/sites/<uuid:site_id>/programs/<code>/assessments/new")
def attempt(site_id: UUID, code: str) -> ResponseReturnValue:
    found, entry = entry_to_change(site_id, code)
    today = day_in(found.timezone, utcnow())
    mark = pass_mark(entry.program)
    return form_page(
        found, entry, AttemptForm(data={"holds_on": today, "pass_mark_percent": mark}), "training/attempt.html"
    )


@bp.post("/sites/<uuid:site_id>/programs/<code>/assessments/new")
def attempt_now(site_id: UUID, code: str) -> ResponseReturnValue:
    found, entry = entry_to_change(site_id, code)
    form = AttemptForm.sent()
    offer(found, entry, form)
    if form.validate():
        with form.answering():
            actions.record_attempt(
                site_id,
                code,
                UUID(form.staff_id.data),
                holds_on=form.holds_on.data,
                question_set=form.question_set.data,
                questions=form.questions.data,
                correct=form.correct.data,
                pass_mark_percent=form.pass_mark_percent.data,
                also=form.also.data if form.also else (),
                by=current_actor(),
                now=utcnow(),
            )
            share = f"{form.correct.data} of {form.questions.data} right"
            flash(f"The assessment is recorded: {share}, pass mark {form.pass_mark_percent.data} %.")
            return redirect(url_for("training.site", site_id=site_id, code=code))
    return form_page(found, entry, form, "training/attempt.html"), 422


def form_page(site: Site, entry: Entry, form: TrainingForm | AttemptForm, template: str) -> str:
    offer(site, entry, form)
    return render_template(template, site=site, entry=entry, form=form, pass_mark=pass_mark(entry.program))


def offer(site: Site, entry: Entry, form: TrainingForm | AttemptForm) -> None:
    """The people, and the site's other programs that ask for such evidence; without one that question is left out."""
    form.staff_id.choices = staff(site)
    if form.also is None:
        return
    tries = isinstance(form, AttemptForm)
    kinds = [EvidenceKind.KNOWLEDGE_ASSESSMENT] if tries else [EvidenceKind(kind) for kind in TrainingKind]
    form.also.choices = serving.choices(current_actor(), entry, kinds, day_in(site.timezone, utcnow()))
    if not form.also.choices:
        del form.also


def staff(site: Site) -> list[tuple[str, str]]:
    """Everybody who ever worked at the site, by name: the day of a training may lie years back."""
    people = details.people(site.id, Lens(day_in(site.timezone, utcnow())))
    return [
        (str(p.id), f"{p.name}, {ROLE_WORDS[p.role].lower()}" + (f", until {said(p.until_on)}" if p.until_on else ""))
        for p in people
    ]
