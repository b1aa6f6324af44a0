"""The import of training: a file, then what is not known yet of it, then what each line would do; nothing before."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import BadInput
from rems.sites import sheets
from rems.sites.list_views import MOST_BYTES, SHOWN
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.sheets import Outcome
from rems.training import formats, keeping, logs
from rems.training.desk import bp, entry_to_change
from rems.training.formats import PARTS, DayFormat, format_of
from rems.training.forms import CarriedForm, ColumnsForm, LogForm, course_field, courses_form
from rems.training.logs import Sent
from rems.training.matrix import pass_mark
from rems.training.results import CountsAs, Course

MOST_COURSES = 200  # asked about on one page


@bp.route("/sites/<uuid:site_id>/programs/<code>/training/import", methods=["GET", "POST"])
def import_log(site_id: UUID, code: str) -> ResponseReturnValue:
    """Without a file: the form. With one: the next question about it. With all of it confirmed: done."""
    request.max_form_memory_size = 2 * MOST_BYTES  # what was shown comes back to be taken
    found, entry = entry_to_change(site_id, code)
    if request.method == "POST" and "content" in request.form:
        step = {"columns": _keep_columns, "courses": _keep_courses}.get(request.form.get("step", ""), _take)
        return step(found, entry)
    mark = {"pass_mark": pass_mark(entry.program)}
    form = LogForm.sent() if request.method == "POST" else LogForm(data=mark)
    form.read_as.choices = [(row.name, row.name) for row in keeping.formats(entry)]
    if not form.read_as.choices:
        del form.read_as
    if request.method == "POST" and form.validate():
        with form.answering():
            read_as = form.read_as.data or "" if form.read_as else ""
            text = sheets.decoded(form.file.data)
            return _ask(found, entry, Sent(text, read_as, form.pass_mark.data))
    page = render_template("training/import.html", site=found, entry=entry, form=form, columns=logs.COLUMNS)
    return page, 422 if form.problems() else 200


def _ask(site: Site, entry: Entry, sent: Sent) -> ResponseReturnValue:
    """The next thing that is not known of a file; once all is, what each line would do. Raises BadInput."""
    if not sent.read_as and logs.is_foreign(sent.text):
        peek = formats.peek(sent.text.encode())
        days = peek.days[0] if len(peek.days) == 1 else None
        form = ColumnsForm(data={**_carried(entry, sent, "columns"), **peek.guess, "day_format": days})
        return _columns(site, entry, form)
    if new := _new_courses(entry, sent):
        return _courses(site, entry, courses_form(new)(data=_carried(entry, sent, "courses")), new)
    return _told(site, entry, CarriedForm(data=_carried(entry, sent)), sent)


def _carried(entry: Entry, sent: Sent, step: str = "") -> dict[str, Any]:
    mark = str(sent.pass_mark or "")
    return {
        "content": sent.text,
        "code": entry.program.code,
        "read_as": sent.read_as,
        "pass_mark": mark,
        "step": step,
    }


def _sent(form: CarriedForm) -> Sent:
    return Sent(form.content.data, form.read_as.data, int(form.pass_mark.data) if form.pass_mark.data else None)


def _held() -> CarriedForm:
    """What was carried along. Raises BadInput when it is not what was shown."""
    form = CarriedForm.sent()
    if not form.validate():
        raise BadInput(form.problems()[0][1])
    return form


def _keep_columns(site: Site, entry: Entry) -> ResponseReturnValue:
    form = ColumnsForm.sent()
    _offer_heads(form)
    if form.validate():
        with form.answering():
            chosen = {part: form[part].data or "" for part in PARTS}
            kept = format_of(form.called.data, chosen, DayFormat(form.day_format.data))
            formats.read(form.content.data.encode(), kept)
            keeping.keep_format(site.id, entry.program.code, kept, by=current_actor(), now=utcnow())
            return _ask(site, entry, replace(_sent(form), read_as=kept.name))
    return _columns(site, entry, form)


def _columns(site: Site, entry: Entry, form: ColumnsForm) -> ResponseReturnValue:
    peek = _offer_heads(form)
    page = render_template("training/import_columns.html", site=site, entry=entry, form=form, peek=peek, parts=PARTS)
    return page, 422 if form.problems() else 200


def _offer_heads(form: ColumnsForm) -> formats.Peek:
    peek = formats.peek(form.content.data.encode())
    for part in PARTS:
        form[part].choices = [(head, head) for head in peek.heads if head]
    return peek


def _new_courses(entry: Entry, sent: Sent) -> list[Course]:
    new = logs.new_courses(entry, sent, by=current_actor())
    if len(new) > MOST_COURSES:
        raise BadInput(f"The file names {len(new):,} courses that are not known yet; send it in parts.", "file")
    return new


def _keep_courses(site: Site, entry: Entry) -> ResponseReturnValue:
    sent = _sent(_held())
    new = _new_courses(entry, sent)
    form = courses_form(new).sent()
    if form.validate():
        with form.answering():
            said = [(one, CountsAs(form[course_field(one)].data)) for one in new]
            keeping.keep_courses(site.id, entry.program.code, said, by=current_actor(), now=utcnow())
            return _ask(site, entry, sent)
    return _courses(site, entry, form, new)


def _courses(site: Site, entry: Entry, form: CarriedForm, new: list[Course]) -> ResponseReturnValue:
    asked = [form[course_field(one)] for one in new]
    page = render_template("training/import_courses.html", site=site, entry=entry, form=form, asked=asked)
    return page, 422 if form.problems() else 200


def _take(site: Site, entry: Entry) -> ResponseReturnValue:
    form = _held()
    code, sent = entry.program.code, _sent(form)
    with form.answering():
        told = logs.take(site.id, code, sent, by=current_actor(), now=utcnow())
        number = sheets.counted(told)
        left = f" {number[Outcome.LEFT]:,} left out." if number[Outcome.LEFT] else ""
        flash(f"{number[Outcome.NEW]:,} recorded, {number[Outcome.SAME]:,} were on record already.{left}")
        return redirect(url_for("training.site", site_id=site.id, code=code))
    return _told(site, entry, form, sent)


def _told(site: Site, entry: Entry, form: CarriedForm, sent: Sent) -> ResponseReturnValue:
    told = logs.tell(site.id, entry.program.code, sent, by=current_actor(), now=utcnow())
    refused = [one for one in told if one.outcome is Outcome.REFUSED]
    rest = [one for one in told if one.outcome is not Outcome.REFUSED]
    at: dict[str, Any] = {"site_id": site.id, "code": entry.program.code}
    page = render_template(
        "sites/import_told.html",
        form=form,
        told=[*refused, *rest][:SHOWN],
        total=len(told),
        counted=sheets.counted(told),
        program=entry.program.title,
        again=url_for("training.import_log", **at),
        crumb=[("Training", url_for("training.site", **at)), ("Import", url_for("training.import_log", **at))],
    )
    return page, 422 if refused else 200
