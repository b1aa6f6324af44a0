"""The question sets of a program: the list, one set with its questions, and the forms that write it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.training.assessments import item_views as item_views  # its pages stand on the same blueprint
from rems.training.assessments import link_views as link_views
from rems.training.assessments import queries, writing
from rems.training.assessments import site_views as site_views
from rems.training.assessments import take_views as take_views
from rems.training.assessments.desk import STATE_WORDS, Here, bp, here, publishes, sponsors_program
from rems.training.assessments.forms import EditionForm, PublishForm, QuestionForm, SetForm, WithdrawForm, filled_in
from rems.training.assessments.rules import ANSWER_WORDS, AnswerKind, gaps, terms
from rems.web.forms import ActForm, HiddenField
from rems.web.sending import filled, holds, seen, short_form

__all__ = ["bp"]
BOTH = ["GET", "POST"]


@bp.get("/programs/<code>/assessments")
def index(code: str) -> ResponseReturnValue:
    program, key = sponsors_program(code)
    today = day_in(current_actor().timezone, utcnow())
    return render_template(
        "assessments/index.html",
        program=program,
        sets=[(row, queries.state(row, today), len(row.content["items"])) for row in queries.sets(key)],
        words=STATE_WORDS,
        terms=terms(program, program.version_on(today)),
        may=publishes(key),
    )


@bp.route("/programs/<code>/assessments/new", methods=BOTH)
def new(code: str) -> ResponseReturnValue:
    program, key = sponsors_program(code)
    require(current_actor(), Permission.TRAINING_PUBLISH, program_id=key)
    form = filled(SetForm)
    if holds(form):
        with form.answering():
            root = writing.begin(
                code,
                title=form.title.data,
                edition=form.edition.data,
                messages=form.lines,
                by=current_actor(),
                now=utcnow(),
            )
            return _to(root, "The draft is begun. Write its questions; nobody takes it before it is published.")
    sentence = f"{program.title}. It is a draft until you publish it."
    return short_form(form, "Begin a question set", "Begin", sentence, _above(program))


@bp.get("/assessments/<uuid:set_id>")
def show(set_id: UUID) -> ResponseReturnValue:
    found = here(set_id)
    return render_template(
        "assessments/show.html",
        here=found,
        row=found.row,
        program=found.program,
        state=found.state,
        words=STATE_WORDS,
        kinds=ANSWER_WORDS,
        gaps=gaps(found.content, question_count=found.terms.question_count),
        editions=[one for one in queries.sets(found.row.program_id) if one.series_id == found.row.series_id],
    )


@bp.route("/assessments/<uuid:set_id>/name", methods=BOTH)
def rename(set_id: UUID) -> ResponseReturnValue:
    found = _to_change(set_id)
    row = found.row
    form = filled(
        SetForm, seen=str(row.id), title=row.title, edition=row.edition, messages="\n".join(found.content.messages)
    )
    if holds(form):
        with form.answering():
            asked = {"title": form.title.data, "edition": form.edition.data, "messages": form.lines}
            writing.rename(seen(form), **asked, by=current_actor(), now=utcnow())
            return _to(set_id, "Changed.")
    return _step(form, found, "Name and key risk messages", "Change", "")


@bp.route("/assessments/<uuid:set_id>/questions/new", methods=BOTH)
def add(set_id: UUID) -> ResponseReturnValue:
    found = _to_change(set_id)
    return _question(found, "", filled(QuestionForm, seen=str(found.row.id), kind=AnswerKind.SINGLE.value))


@bp.route("/assessments/<uuid:set_id>/questions/<key>", methods=BOTH)
def change(set_id: UUID, key: str) -> ResponseReturnValue:
    found = _to_change(set_id)
    if (item := found.content.item(key)) is None:
        raise NotFound("This question is no more in the set.")
    return _question(found, key, filled(QuestionForm, seen=str(found.row.id), **filled_in(item)))


def _question(found: Here, key: str, form: QuestionForm) -> ResponseReturnValue:
    form.message.choices = [(m, m) for m in found.content.messages]
    if holds(form):
        with form.answering():
            asked = writing.Asked(
                form.text.data,
                AnswerKind(form.kind.data),
                form.choices,
                form.message.data or "",
                form.explanation.data or "",
            )
            writing.put(seen(form), key, asked, by=current_actor(), now=utcnow())
            if "another" in request.form:
                flash("The question is kept.")
                return redirect(url_for("assessments.add", set_id=found.row.root_id))
            return _to(found.row.root_id, "The question is kept.")
    page = render_template("assessments/question.html", here=found, row=found.row, form=form, key=key)
    return page, 422 if form.problems() else 200


class RemoveForm(ActForm):
    seen = HiddenField()


@bp.post("/assessments/<uuid:set_id>/questions/<key>/remove")
def remove(set_id: UUID, key: str) -> ResponseReturnValue:
    writing.remove(seen(RemoveForm.check()), key, by=current_actor(), now=utcnow())
    return _to(set_id, "The question is taken out.")


@bp.route("/assessments/<uuid:set_id>/publish", methods=BOTH)
def publish(set_id: UUID) -> ResponseReturnValue:
    found = _to_change(set_id)
    form = filled(PublishForm, seen=str(found.row.id), from_on=found.today)
    sentence = "Once published it does not change any more; a change is made in its next edition."
    return _dated(form, found, "Publish this edition", "Publish", sentence, writing.publish, "from_on", "Published.")


@bp.route("/assessments/<uuid:set_id>/withdraw", methods=BOTH)
def withdraw(set_id: UUID) -> ResponseReturnValue:
    found = _to_change(set_id)
    form = filled(WithdrawForm, seen=str(found.row.id), on=found.today)
    sentence = "Nobody takes it from that day on. What was passed before stays as it is."
    return _dated(form, found, "Withdraw this edition", "Withdraw", sentence, writing.withdraw, "on", "Withdrawn.")


@bp.route("/assessments/<uuid:set_id>/edition", methods=BOTH)
def next_edition(set_id: UUID) -> ResponseReturnValue:
    found = _to_change(set_id)
    form = filled(EditionForm)
    if holds(form):
        with form.answering():
            root = writing.begin_edition(set_id, edition=form.edition.data, by=current_actor(), now=utcnow())
            return _to(root, "The draft is begun with the questions of the edition before.")
    return _step(form, found, "Begin the next edition", "Begin", "It begins with the questions of this one.")


def _dated(
    form: PublishForm | WithdrawForm,
    found: Here,
    heading: str,
    act: str,
    sentence: str,
    action: Callable[..., UUID],
    day: str,
    done: str,
) -> ResponseReturnValue:
    if holds(form):
        with form.answering():
            action(seen(form), **{day: form[day].data}, by=current_actor(), now=utcnow())
            return _to(found.row.root_id, done)
    return _step(form, found, heading, act, sentence)


def _to_change(set_id: UUID) -> Here:
    found = here(set_id)
    require(current_actor(), Permission.TRAINING_PUBLISH, program_id=found.row.program_id)
    return found


def _step(form: Any, found: Here, heading: str, act: str, sentence: str) -> ResponseReturnValue:
    above = [*_above(found.program), (found.row.label, url_for("assessments.show", set_id=found.row.root_id))]
    said = f"{found.row.label}, {found.program.title}. {sentence}".strip()
    return short_form(form, heading, act, said, above)


def _above(program: Program) -> list[tuple[str, str]]:
    code = programs.program(program.code).code
    return [
        (program.title, url_for("programs.show", code=code)),
        ("Assessments", url_for("assessments.index", code=code)),
    ]


def _to(set_id: UUID, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("assessments.show", set_id=set_id))
