"""The courses of a program: the list, one edition with its material, publishing and withdrawing."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.training.courses import learner_views as learner_views  # its pages stand on the same blueprint
from rems.training.courses import publishing, queries
from rems.training.courses import session_views as session_views
from rems.training.courses.desk import STATE_WORDS, bp
from rems.training.courses.forms import EditionForm, WithdrawForm
from rems.training.courses.models import CourseEdition
from rems.training.rules import KIND_WORDS, TrainingKind
from rems.web.downloads import file_answer
from rems.web.sending import filled, holds, seen, short_form

__all__ = ["bp"]
BOTH = ["GET", "POST"]


@bp.get("/programs/<code>/courses")
def index(code: str) -> ResponseReturnValue:
    program, key = programs.program(code), programs.key(code)
    today = day_in(current_actor().timezone, utcnow())
    several = queries.editions(key)
    held = queries.sessions(key)
    return render_template(
        "courses/index.html",
        program=program,
        editions=[(row, queries.state(row, several, today)) for row in several],
        words=STATE_WORDS,
        kinds=KIND_WORDS,
        sessions=held,
        counted=queries.counted([one.root_id for one in held]),
        now=utcnow(),
        may=can(current_actor(), Permission.TRAINING_PUBLISH, program_id=key),
        sponsor=key in current_actor().programs,
    )


@bp.get("/courses/<uuid:root_id>")
def show(root_id: UUID) -> ResponseReturnValue:
    row, program = _edition(root_id)
    today = day_in(current_actor().timezone, utcnow())
    several = queries.editions(row.program_id)
    return render_template(
        "courses/show.html",
        row=row,
        program=program,
        state=queries.state(row, several, today),
        words=STATE_WORDS,
        kinds=KIND_WORDS,
        file=queries.file(row.file_id) if row.file_id else None,
        editions=[one for one in several if one.series_id == row.series_id],
        may=can(current_actor(), Permission.TRAINING_PUBLISH, program_id=row.program_id),
    )


@bp.get("/courses/<uuid:root_id>/material.pdf")
def material(root_id: UUID) -> ResponseReturnValue:
    row, _ = _edition(root_id)
    if row.file_id is None:
        raise NotFound("The material of this course is a page, not a file.")
    kept = queries.file(row.file_id)
    return file_answer(kept.content, kept.name, shown=True)


@bp.route("/programs/<code>/courses/new", methods=BOTH)
def new(code: str) -> ResponseReturnValue:
    program, key = programs.program(code), programs.key(code)
    require(current_actor(), Permission.TRAINING_PUBLISH, program_id=key)
    form = filled(EditionForm, kind=TrainingKind.STAFF_TRAINING.value, from_on=_today())
    sentence = f"{program.title}. Sites take it from its first day on; it stays as it is published."
    return _publish(program, form, None, "Publish a course", sentence)


@bp.route("/courses/<uuid:root_id>/edition", methods=BOTH)
def next_edition(root_id: UUID) -> ResponseReturnValue:
    row, program = _to_change(root_id)
    given = {"title": row.title, "kind": row.kind.value, "from_on": _today(), "page": row.page}
    form = filled(EditionForm, **given)
    return _publish(program, form, row.root_id, "Publish the next edition", f"It follows {row.label}.")


def _publish(
    program: Program, form: EditionForm, after: UUID | None, heading: str, sentence: str
) -> ResponseReturnValue:
    if holds(form):
        with form.answering():
            said = publishing.Said(
                title=form.title.data,
                edition=form.edition.data,
                kind=TrainingKind(form.kind.data),
                from_on=form.from_on.data,
                page=form.page.data or "",
                file=(form.file.filename, form.file.data) if form.file.data else None,
                renews=form.renews.data,
            )
            root = publishing.publish(program.code, said, after=after, by=current_actor(), now=utcnow())
            return _to(root, "The course is published.")
    return short_form(form, heading, "Publish", sentence, _above(program), upload=True)


@bp.route("/courses/<uuid:root_id>/withdraw", methods=BOTH)
def withdraw(root_id: UUID) -> ResponseReturnValue:
    row, program = _to_change(root_id)
    publishing.check_not_withdrawn(row)
    form = filled(WithdrawForm, seen=str(row.id), on=_today())
    if holds(form):
        with form.answering():
            publishing.withdraw(seen(form), on=form.on.data, by=current_actor(), now=utcnow())
            return _to(root_id, "The edition is withdrawn.")
    above = [*_above(program), (row.label, url_for("courses.show", root_id=root_id))]
    sentence = f"{row.label}. What was taken of it stays."
    if row.renews:
        sentence += " What was taken before it counts again, unless a newer edition has taken its place by then."
    return short_form(form, "Withdraw this edition", "Withdraw", sentence, above)


def _edition(root_id: UUID) -> tuple[CourseEdition, Program]:
    row = queries.edition(root_id)
    return row, programs.by_key(row.program_id)


def _to_change(root_id: UUID) -> tuple[CourseEdition, Program]:
    row, program = _edition(root_id)
    require(current_actor(), Permission.TRAINING_PUBLISH, program_id=row.program_id)
    return row, program


def _today() -> date:
    return day_in(current_actor().timezone, utcnow())


def _above(program: Program) -> list[tuple[str, str]]:
    return [
        (program.title, url_for("programs.show", code=program.code)),
        ("Courses", url_for("courses.index", code=program.code)),
    ]


def _to(root_id: UUID, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("courses.show", root_id=root_id))
