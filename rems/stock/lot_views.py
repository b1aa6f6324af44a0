"""The lots of a site: the list of them, and the page of one with its movements and the forms that change it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import actions, lists, queries, relabeling, shown
from rems.stock.boxes import Label
from rems.stock.desk import bp, lot_of, site_to_change, today
from rems.stock.forms import MOVES, TRANSFER, LabelForm, MoveForm
from rems.stock.lists import Left
from rems.stock.models import StockLot
from rems.stock.rules import MovementKind
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.tables import csv_answer

SIZE = 50
LEFT_WORDS = {Left.IN_STOCK: "In stock", Left.EXPIRED: "Expired", Left.EMPTY: "Empty"}


@bp.get("/sites/<uuid:site_id>/stock/lots")
def lots(site_id: UUID) -> ResponseReturnValue:
    found, number, left = sites.site(current_actor(), site_id), asked_page(), asked_left()
    lens = current_lens(zone=found.timezone)
    numbers = lists.count_lots(site_id, lens)
    rows = lists.lots(site_id, lens, left, SIZE, offset=(number - 1) * SIZE)
    total = sum(numbers.values()) if left is None else numbers[left]
    return render_template(
        "stock/lots.html",
        site=found,
        lens=lens,
        left=left,
        views=[("All", None, sum(numbers.values())), *((LEFT_WORDS[one], one, numbers[one]) for one in Left)],
        page=page_of(shown.with_state(rows, lens), total=total, number=number, size=SIZE),
    )


def asked_left() -> Left | None:
    """What `?left=` asks for; None: every lot. Raises BadInput."""
    text = request.args.get("left", "")
    if text and text not in set(Left):
        raise BadInput(f'left "{text}" is not known; it is one of {", ".join(Left)}, or left out', "left")
    return Left(text) if text else None


@bp.get("/sites/<uuid:site_id>/stock/lots.csv")
def lots_as_table(site_id: UUID) -> ResponseReturnValue:
    """The lots under the lens, all of them or those of `?left=`, first to expire first and the used up last."""
    found, left = sites.site(current_actor(), site_id), asked_left()
    lens = current_lens(zone=found.timezone)
    rows = (
        shown.lot_cells(one, lens)
        for one in lists.lots(site_id, lens, left, sum(lists.count_lots(site_id, lens).values()))
    )
    return csv_answer(f"lots-{lens.as_of}.csv", shown.LOT_HEADS, rows)


@bp.get("/sites/<uuid:site_id>/stock/lots/<uuid:lot_id>")
def lot(site_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    found, one = sites.site(current_actor(), site_id), lot_of(site_id, lot_id)
    lens = current_lens(zone=found.timezone)
    kind = MovementKind.EXPIRED if one.expires_on < lens.as_of else None
    return lot_page(found, one, MoveForm(data={"holds_on": lens.as_of, "kind": kind}), lens)


@bp.post("/sites/<uuid:site_id>/stock/lots/<uuid:lot_id>")
def move(site_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    found, one, form = site_to_change(site_id), lot_of(site_id, lot_id), MoveForm.sent()
    form.location_id.choices = shown.others(one)
    if form.validate():
        with form.answering():
            moved(one, form)
            flash(f"Lot {one.lot}: the movement is recorded.")
            return redirect(url_for("stock.lot", site_id=site_id, lot_id=lot_id))
    return lot_page(found, one, form, today(found)), 422


def moved(one: StockLot, form: MoveForm) -> None:
    """Send the form to the action of its kind."""
    told = {"holds_on": form.holds_on.data, "note": form.note.data, "by": current_actor(), "now": utcnow()}
    if form.kind.data == TRANSFER:
        if form.location_id.data is None:
            raise BadInput("Brought to: choose the place where the vials are now.", "location_id")
        actions.transfer(one.id, UUID(form.location_id.data), form.vials.data, **told)
    else:
        actions.move(one.id, MovementKind(form.kind.data), -form.vials.data, **told)


def lot_page(site: Site, one: StockLot, form: MoveForm, lens: Lens) -> str:
    form.location_id.choices = shown.others(one)
    if not form.location_id.choices:
        form.kind.choices = [pair for pair in MOVES if pair[0] != TRANSFER]
    number = asked_page()
    rows = queries.movements(site.id, lens, SIZE, offset=(number - 1) * SIZE, lot_id=one.id)
    vials, held = queries.vials_of(one, lens), queries.held_of_lot(one, lens)
    earlier = lists.earlier(one, lens)
    return render_template(
        "stock/lot.html",
        site=site,
        lot=one,
        place=dict(shown.places(site.id))[str(one.location_id)],
        form=form,
        lens=lens,
        vials=vials,
        held=held,
        state=shown.state_of(one, lens, vials=vials, held=held),
        page=page_of(rows, total=queries.count_movements(site.id, lens, lot_id=one.id), number=number, size=SIZE),
        numbers=shown.numbers_of(rows),
        earlier=earlier,
        became=None if rows else next((e.lot for e in earlier if e.elsewhere), None),
        was_called=lists.was_called(one, lens),
    )


@bp.route("/sites/<uuid:site_id>/stock/lots/<uuid:lot_id>/correct", methods=["GET", "POST"])
def correct_lot(site_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    found, one = site_to_change(site_id), lot_of(site_id, lot_id)
    known = {name: getattr(one, name) for name in ("lot", "expires_on", "gtin", "serial", "storage")}
    form = LabelForm.sent() if request.method == "POST" else LabelForm(data=known)
    if request.method == "POST" and form.validate():
        with form.answering():
            label = Label(form.lot.data, one.strength_mg, form.expires_on.data, form.gtin.data, form.serial.data)
            key = relabeling.correct_lot(
                lot_id, label, form.storage.data, form.reason.data, by=current_actor(), now=utcnow()
            )
            flash(f"The lot is corrected: {form.lot.data}.")
            return redirect(url_for("stock.lot", site_id=site_id, lot_id=key))
    page = render_template("stock/correct_lot.html", site=found, lot=one, form=form)
    return page, 422 if form.problems() else 200
