"""Lists of sites and staff: an upload that first says what each line would do, and lists to take away."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import BadInput, NotFound
from rems.programs import queries as programs
from rems.sites import details, listing, queries, sheets, site_lists, staff_lists
from rems.sites.desk import BOTH, bp
from rems.sites.forms import SheetForm, TakeForm
from rems.sites.listing import Listed
from rems.sites.rules import IdentifierKind
from rems.sites.sheets import Outcome, Told
from rems.web.lens import current_lens
from rems.web.tables import csv_answer

SHOWN = 500  # lines of a dry run on a page; the rest is counted
MOST_BYTES = 4 * 1024 * 1024
COLUMNS = {"sites": sheets.SITES, "staff": sheets.STAFF}


@bp.route("/sites/import/<kind>", methods=BOTH)
def import_list(kind: str) -> ResponseReturnValue:
    """Without a file: the form. With one: what each line would do. With that confirmed: done."""
    request.max_form_memory_size = 2 * MOST_BYTES  # what was shown comes back to be taken
    if kind not in COLUMNS:
        raise NotFound(f'There is no list of "{kind[:40]}"; there are lists of sites and of staff.')
    _require(kind)
    if request.method == "POST" and "content" in request.form:
        return _take(kind)
    form = SheetForm.sent() if request.method == "POST" else SheetForm()
    offered = _programs()
    form.code.choices = offered
    if kind == "staff":
        del form.code
    elif len(offered) == 1:
        form.code.data = offered[0][0]
    if request.method == "POST" and form.validate():
        with form.answering():
            code = form.code.data if form.code else ""
            told = _tell(kind, form.file.data, code)
            return _shown(kind, TakeForm(data={"content": sheets.decoded(form.file.data), "code": code}), told, code)
    page = render_template("sites/import.html", kind=kind, form=form, columns=COLUMNS[kind])
    return page, 422 if form.problems() else 200


def _require(kind: str) -> None:
    require(current_actor(), Permission.SITE_REGISTER if kind == "sites" else Permission.STAFF_MANAGE)


def _programs() -> list[tuple[str, str]]:
    keys = programs.keys()
    return [
        (p.code, p.title)
        for p in programs.catalogue().programs.values()
        if can(current_actor(), Permission.SITE_REGISTER, program_id=keys[p.code])
    ]


def _tell(kind: str, content: bytes, code: str) -> list[Told]:
    if kind == "sites":
        return site_lists.tell(content, code, by=current_actor())
    return staff_lists.tell(content, by=current_actor(), now=utcnow())


def _take(kind: str) -> ResponseReturnValue:
    form = TakeForm.sent()
    if not form.validate():
        raise BadInput(form.problems()[0][1])
    content, code = form.content.data.encode(), form.code.data
    with form.answering():
        if kind == "sites":
            told = site_lists.take(content, code, by=current_actor(), now=utcnow())
        else:
            told = staff_lists.take(content, by=current_actor(), now=utcnow())
        number = sheets.counted(told)
        flash(f"{number[Outcome.NEW]:,} new, {number[Outcome.CHANGED]:,} changed, {number[Outcome.SAME]:,} the same.")
        return redirect(url_for("sites.index"))
    return _shown(kind, form, _tell(kind, content, code), code)


def _shown(kind: str, form: TakeForm, told: Sequence[Told], code: str) -> ResponseReturnValue:
    refused = [one for one in told if one.outcome is Outcome.REFUSED]
    rest = [one for one in told if one.outcome is not Outcome.REFUSED]
    page = render_template(
        "sites/import_told.html",
        again=url_for("sites.import_list", kind=kind),
        crumb=[
            ("Sites", url_for("sites.index")),
            (f"Import {kind}", url_for("sites.import_list", kind=kind)),
        ],
        form=form,
        told=[*refused, *rest][:SHOWN],
        total=len(told),
        counted=sheets.counted(told),
        program=programs.program(code).title if code else "",
    )
    return page, 422 if refused else 200


@bp.get("/sites/import/<kind>.csv")
def template(kind: str) -> ResponseReturnValue:
    """An empty list with its heading."""
    if kind not in COLUMNS:
        raise NotFound(f'There is no list of "{kind[:40]}"; there are lists of sites and of staff.')
    return csv_answer(f"{kind}-empty.csv", _heads(kind), ())


@bp.get("/sites.csv")
def export() -> ResponseReturnValue:
    """Every site that may be seen, in the columns of an import."""
    actor = current_actor()
    lens = current_lens(actor.timezone)
    sites = listing.every(actor, lens)
    numbers = details.numbers([s.id for s in sites], lens, IdentifierKind.SPONSOR)
    rows = ([_value(s, c.name, numbers.get(s.id, [])) for c in sheets.SITES] for s in sites)
    return csv_answer(f"sites-{lens.as_of}.csv", _heads("sites"), rows)


def _value(site: Listed, name: str, numbers: Sequence[str]) -> str:
    return (numbers[0] if numbers else "") if name == "site_number" else str(getattr(site, name))


@bp.get("/sites/<uuid:site_id>/staff.csv")
def export_staff(site_id: UUID) -> ResponseReturnValue:
    """Everybody who was on the staff of a site up to that day, in the columns of an import."""
    site = queries.site(current_actor(), site_id)
    lens = current_lens(site.timezone)
    name = details.about(site, lens)["name"]
    rows = (
        [name, p.name, p.role.value, p.email, p.from_on.isoformat(), p.until_on.isoformat() if p.until_on else ""]
        for p in details.people(site_id, lens)
        if p.from_on <= lens.as_of
    )
    return csv_answer(f"staff-{lens.as_of}.csv", _heads("staff"), rows)


def _heads(kind: str) -> list[str]:
    return [column.name for column in COLUMNS[kind]]
