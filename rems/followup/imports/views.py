"""The pages of an import: where, which list, what each line would do; then all, the good lines, or the bad as file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import BadInput, NotFound
from rems.followup.imports.forms import MEGABYTES, ListForm, TakeForm
from rems.followup.imports.reading import Kind, Mode, Told, counted, handed_back
from rems.followup.imports.taking import columns_of, go_through
from rems.patients import queries as patients
from rems.patients.queries import Place
from rems.sites import queries as sites
from rems.sites import sheets
from rems.sites.sheets import Outcome
from rems.web.downloads import file_answer
from rems.web.tables import csv_answer
from rems.web.uploads import MEGABYTE

bp = Blueprint("imports", __name__)

SHOWN = 500  # lines on a page; the rest is counted
MOST_LINES = 5_000  # of a list on a page; a longer one is taken by the command
MAY = {Kind.PATIENTS: Permission.PATIENT_ENROLL, Kind.VISITS: Permission.VISIT_RECORD}
CSV = "text/csv; charset=utf-8"


@bp.get("/patients/import")
def choose() -> ResponseReturnValue:
    """At which site, and in which program?"""
    actor = current_actor()
    require(actor, Permission.PATIENT_ENROLL)
    return render_template("followup/imports/choose.html", places=patients.places(actor, Permission.PATIENT_ENROLL))


@bp.route("/sites/<uuid:site_id>/programs/<code>/import/<any(patients, visits):listed>", methods=["GET", "POST"])
def take(site_id: UUID, code: str, listed: str) -> ResponseReturnValue:
    """Without a file: the form. With one: what each line would do. With that sent back: done, as its button says."""
    request.max_form_memory_size = 2 * MEGABYTES * MEGABYTE  # what was shown comes back to be taken
    kind, place = Kind(listed), _place(site_id, code, Kind(listed))
    if request.method == "POST" and "content" in request.form:
        return _taken(place, kind)
    form = ListForm.sent() if request.method == "POST" else ListForm()
    if request.method == "POST" and form.validate():
        with form.answering():
            content, reason = form.file.data, form.reason.data
            told = _through(place, kind, content, Mode.TELL, reason)
            text = sheets.decoded(content)
            return _told(place, kind, TakeForm(data={"content": text, "reason": reason}), told)
    page = render_template(
        "followup/imports/send.html", kind=kind, place=place, form=form, columns=columns_of(kind, code)
    )
    return page, 422 if form.problems() else 200


@bp.get("/sites/<uuid:site_id>/programs/<code>/import/<any(patients, visits):listed>.csv")
def template(site_id: UUID, code: str, listed: str) -> ResponseReturnValue:
    """An empty list with its heading."""
    place = _place(site_id, code, Kind(listed))
    heads = [column.name for column in columns_of(Kind(listed), place.program.code)]
    return csv_answer(f"{listed}-empty.csv", heads, ())


def _place(site_id: UUID, code: str, kind: Kind) -> Place:
    actor = current_actor()
    place = patients.place(actor, sites.entry(actor, site_id, code).scope_id)
    require(actor, MAY[kind], scope_id=place.scope_id, program_id=place.program_id)
    return place


def _through(place: Place, kind: Kind, content: bytes, mode: Mode, reason: str) -> list[Told]:
    if content.count(b"\n") > MOST_LINES:
        raise BadInput(
            f"The file has more than {MOST_LINES:,} lines; send it in parts, or take it by the command "
            f"python -m rems import {kind}.",
            "file",
        )
    said: dict[str, Any] = {"mode": mode, "reason": reason, "by": current_actor(), "now": utcnow()}
    return go_through(place.site.id, place.program.code, kind, content, **said)


def _taken(place: Place, kind: Kind) -> ResponseReturnValue:
    form, act = TakeForm.sent(), request.form.get("act", Mode.WHOLE.value)
    if not form.validate():
        raise BadInput(form.problems()[0][1])
    if act not in (Mode.WHOLE, Mode.GOOD, "refused"):
        raise NotFound(f'There is no way "{act[:40]}" to take a list.')
    content, reason = form.content.data.encode(), form.reason.data
    if act == "refused":
        told = _through(place, kind, content, Mode.TELL, reason)
        return file_answer(handed_back(told, columns_of(kind, place.program.code)), f"{kind}-refused.csv", CSV)
    with form.answering():
        told = _through(place, kind, content, Mode(act), reason)
        number = counted(told)
        flash(
            f"{number[Outcome.NEW] + number[Outcome.CHANGED]:,} taken, {number[Outcome.SAME]:,} were here already, "
            f"{number[Outcome.REFUSED]:,} refused."
        )
        if number[Outcome.REFUSED]:
            return _told(place, kind, form, told, done=True)
        return redirect(url_for("patients.index"))
    return _told(place, kind, form, _through(place, kind, content, Mode.TELL, reason))


def _told(place: Place, kind: Kind, form: TakeForm, told: Sequence[Told], *, done: bool = False) -> ResponseReturnValue:
    bad = [one for one in told if one.outcome is Outcome.REFUSED]
    rest = [one for one in told if one.outcome is not Outcome.REFUSED]
    page = render_template(
        "followup/imports/told.html",
        kind=kind,
        place=place,
        form=form,
        told=[*bad, *rest][:SHOWN],
        total=len(told),
        counted=counted(told),
        done=done,
        may_record=can(current_actor(), Permission.VISIT_RECORD),
    )
    return page, 422 if bad and not done else 200
