"""The training log of a site: taken from a list that is shown line by line first, and the matrix to take away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import BadInput
from rems.sites import queries as sites
from rems.sites import sheets
from rems.sites.forms import TakeForm
from rems.sites.list_views import MOST_BYTES, SHOWN
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS
from rems.sites.sheets import Outcome, Told
from rems.training import logs, queries, xapi
from rems.training.desk import bp, entry_to_change
from rems.training.forms import LogForm
from rems.training.matrix import pass_mark, requirements, title
from rems.training.rules import TrainingKind
from rems.web.lens import current_lens
from rems.web.tables import csv_answer


@bp.get("/sites/<uuid:site_id>/programs/<code>/training.csv")
def as_table(site_id: UUID, code: str) -> ResponseReturnValue:
    """The matrix as the page shows it, whole: a person a line, a requirement a column."""
    actor = current_actor()
    found, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    lens = current_lens(zone=found.timezone)
    asked = requirements(entry.program.version_on(lens.as_of))
    rows = queries.rows(entry, lens)
    heads = ["person", "role", "authorized representative", *map(title, asked), "gaps"]
    return csv_answer(
        f"training-{code.lower()}-{lens.as_of}.csv",
        heads,
        (
            [
                row.person.name,
                ROLE_WORDS[row.person.role],
                "yes" if row.person.represents else "no",
                *(cell.words if cell else "not asked" for cell in row.cells),
                row.gaps,
            ]
            for row in rows
        ),
    )


@bp.route("/sites/<uuid:site_id>/programs/<code>/training/import", methods=["GET", "POST"])
def import_log(site_id: UUID, code: str) -> ResponseReturnValue:
    """Without a file: the form. With one: what each line would do. With that confirmed: done."""
    request.max_form_memory_size = 2 * MOST_BYTES  # what was shown comes back to be taken
    found, entry = entry_to_change(site_id, code)
    if request.method == "POST" and "content" in request.form:
        return _take(found, entry)
    first = {"completed_as": TrainingKind.STAFF_TRAINING, "pass_mark": pass_mark(entry.program)}
    form = LogForm.sent() if request.method == "POST" else LogForm(data=first)
    if request.method == "POST" and form.validate():
        with form.answering():
            text = _as_log(form, found)
            told = logs.tell(site_id, code, text.encode(), by=current_actor(), now=utcnow())
            sent = TakeForm(data={"content": text, "code": code})
            return _shown(found, entry, sent, told)
    page = render_template("training/import.html", site=found, entry=entry, form=form, columns=logs.COLUMNS)
    return page, 422 if form.problems() else 200


def _as_log(form: LogForm, site: Site) -> str:
    """What was sent as the text of a log, whichever of the two it was. Raises BadInput, Incomplete."""
    text = sheets.decoded(form.file.data)
    if not xapi.is_statements(text):
        return text
    kind = TrainingKind(form.completed_as.data) if form.completed_as.data else None
    return xapi.as_log(text, completed_as=kind, pass_mark=form.pass_mark.data, zone=site.timezone)


@bp.get("/sites/<uuid:site_id>/programs/<code>/training/import.csv")
def log_template(site_id: UUID, code: str) -> ResponseReturnValue:
    """An empty log with its heading."""
    entry_to_change(site_id, code)
    return csv_answer("training-empty.csv", [column.name for column in logs.COLUMNS], ())


def _take(site: Site, entry: Entry) -> ResponseReturnValue:
    form = TakeForm.sent()
    if not form.validate():
        raise BadInput(form.problems()[0][1])
    content, code = form.content.data.encode(), entry.program.code
    with form.answering():
        told = logs.take(site.id, code, content, by=current_actor(), now=utcnow())
        number = sheets.counted(told)
        flash(f"{number[Outcome.NEW]:,} recorded, {number[Outcome.SAME]:,} were on record already.")
        return redirect(url_for("training.site", site_id=site.id, code=code))
    told = logs.tell(site.id, code, content, by=current_actor(), now=utcnow())
    return _shown(site, entry, form, told)


def _shown(site: Site, entry: Entry, form: TakeForm, told: Sequence[Told]) -> ResponseReturnValue:
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
