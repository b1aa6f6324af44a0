"""The movements of a site: the list, tables to take away, and what was recorded by mistake."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.sites import queries as sites
from rems.stock import mending, queries, shown
from rems.stock.desk import bp, lot_of, site_to_change
from rems.stock.forms import BackForm, CorrectForm
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.tables import csv_answer

SIZE = 50


@bp.get("/sites/<uuid:site_id>/stock/movements")
def movements(site_id: UUID) -> ResponseReturnValue:
    found, number = sites.site(current_actor(), site_id), asked_page()
    lens = current_lens(zone=found.timezone)
    rows = queries.movements(site_id, lens, SIZE, offset=(number - 1) * SIZE)
    return render_template(
        "stock/movements.html",
        site=found,
        lens=lens,
        page=page_of(rows, total=queries.count_movements(site_id, lens), number=number, size=SIZE),
        numbers=shown.numbers_of(rows),
    )


@bp.get("/sites/<uuid:site_id>/stock/movements.csv")
def movements_as_table(site_id: UUID) -> ResponseReturnValue:
    """Every movement under the lens, the newest first."""
    found = sites.site(current_actor(), site_id)
    lens = current_lens(zone=found.timezone)
    rows = queries.movements(site_id, lens, queries.count_movements(site_id, lens))
    numbers = shown.numbers_of(rows)
    return csv_answer(f"movements-{lens.as_of}.csv", shown.MOVEMENT_HEADS, (shown.cells(m, numbers) for m in rows))


@bp.route("/sites/<uuid:site_id>/stock/movements/<uuid:movement_id>/take-back", methods=["GET", "POST"])
def take_back(site_id: UUID, movement_id: UUID) -> ResponseReturnValue:
    found = site_to_change(site_id)
    row = queries.movement(current_actor(), movement_id)
    lot = lot_of(site_id, row.lot_id)
    form = BackForm.sent() if request.method == "POST" else BackForm()
    if request.method == "POST" and form.validate():
        with form.answering():
            mending.take_back(movement_id, form.reason.data, by=current_actor(), now=utcnow())
            flash(f"Lot {lot.lot}: the movement is taken back.")
            return redirect(url_for("stock.lot", site_id=site_id, lot_id=lot.id))
    page = render_template("stock/take_back.html", site=found, lot=lot, row=row, form=form)
    return page, 422 if form.problems() else 200


@bp.route("/sites/<uuid:site_id>/stock/movements/<uuid:movement_id>/correct", methods=["GET", "POST"])
def correct(site_id: UUID, movement_id: UUID) -> ResponseReturnValue:
    found = site_to_change(site_id)
    row = queries.movement(current_actor(), movement_id)
    lot = lot_of(site_id, row.lot_id)
    known = {"vials": abs(row.vials), "holds_on": row.holds_on, "note": row.note}
    form = CorrectForm.sent() if request.method == "POST" else CorrectForm(data=known)
    if request.method == "POST" and form.validate():
        with form.answering():
            mending.correct(
                movement_id,
                form.reason.data,
                vials=form.vials.data,
                holds_on=form.holds_on.data,
                note=form.note.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash(f"Lot {lot.lot}: the movement is corrected.")
            return redirect(url_for("stock.lot", site_id=site_id, lot_id=lot.id))
    page = render_template("stock/correct.html", site=found, lot=lot, row=row, form=form)
    return page, 422 if form.problems() else 200
