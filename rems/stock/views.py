"""The stock of rescue medicine of a site: what is on hand, its lots and movements, and the forms that change it."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput, NotFound
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import actions, outlook, queries
from rems.stock.drawing import weeks_ahead
from rems.stock.forms import COUNT, MOVES, TRANSFER, MoveForm, ReceiveForm, WeightForm
from rems.stock.models import StockLot
from rems.stock.outlook import lot_state
from rems.stock.queries import MovementLine
from rems.stock.rules import DOSE_SOURCE, MovementKind, said
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of

bp = Blueprint("stock", __name__)

SIZE = 50
DAYS_AHEAD = 42
KIND_WORDS = {
    MovementKind.RECEIPT: "Received",
    MovementKind.USED: "Given to a patient",
    MovementKind.WASTED: "Wasted",
    MovementKind.EXPIRED: "Taken out as expired",
    MovementKind.RETURNED: "Returned to the supplier",
    MovementKind.TRANSFER_OUT: "Sent elsewhere",
    MovementKind.TRANSFER_IN: "Brought in",
    MovementKind.COUNT_ADJUSTMENT: "Adjusted to a count",
}


@bp.app_template_filter("movement_words")
def movement_words(kind: MovementKind) -> str:
    return KIND_WORDS[kind]


@bp.get("/stock")
def index() -> ResponseReturnValue:
    actor, now, number, text = current_actor(), utcnow(), asked_page(), request.args.get("q", "")
    rows, total = sites.page(actor, text=text, number=number, size=SIZE)
    if total == 1 and not text:
        return redirect(url_for("stock.site", site_id=rows[0].id))
    weight = reference_kg()
    return render_template(
        "stock/index.html",
        page=page_of(rows, total=total, number=number, size=SIZE),
        doses={s.id: queries.doses(s.id, Lens(day_in(s.timezone, now)), weight) for s in rows},
        asked={s.id: asked_doses(s, Lens(day_in(s.timezone, now))) for s in rows},
        weight=weight,
        text=text,
    )


@bp.get("/sites/<uuid:site_id>/stock")
def site(site_id: UUID) -> ResponseReturnValue:
    found = sites.site(current_actor(), site_id)
    lens = current_lens(zone=found.timezone)
    form = WeightForm(request.args if "weight" in request.args else None, data=dict(request.args))
    asked = "weight" in request.args
    if asked and not form.validate():
        return site_page(found, lens, form), 422
    return site_page(found, lens, form, weight_kg=form.weight.data if asked else None), 200


def site_page(site: Site, lens: Lens, form: WeightForm, *, weight_kg: Decimal | None = None) -> str:
    stock = queries.on_hand(site.id, lens)
    on, weight = lens.as_of, reference_kg()
    held = queries.held_at(site.id, lens)
    programs = asked_doses(site, lens)
    asked = max([sum(h.doses for h in held), *programs.values()])
    look, reference = outlook.ahead(weight, stock, on, asked=asked, days=DAYS_AHEAD), outlook.worth(weight, stock, on)
    moves = queries.movements(site.id, lens, 5)
    return render_template(
        "stock/site.html",
        site=site,
        lens=lens,
        reference=reference,
        lots=[
            (line, *state_of(line.lot, lens, vials=line.vials, held=line.held)) for line in queries.lots(site.id, lens)
        ],
        held=held,
        programs=programs,
        look=look,
        figure=weeks_ahead(look, heading=f"Doses ({reference.rule})") if stock else {},
        chart_rows=[(said(day), doses, asked) for day, doses in look.points],
        form=form,
        worth=outlook.worth(weight_kg, stock, on) if weight_kg is not None else None,
        dose_source=DOSE_SOURCE,
        moves=moves,
        numbers=numbers_of(moves),
    )


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
        numbers=numbers_of(rows),
    )


@bp.get("/sites/<uuid:site_id>/stock/receive")
def receive(site_id: UUID) -> ResponseReturnValue:
    found = site_to_change(site_id)
    return receive_page(found, ReceiveForm(data={"holds_on": day_in(found.timezone, utcnow())}))


@bp.post("/sites/<uuid:site_id>/stock/receive")
def take_in(site_id: UUID) -> ResponseReturnValue:
    found, form = site_to_change(site_id), ReceiveForm.sent()
    form.location_id.choices = places(site_id)
    if form.validate():
        with form.answering():
            actions.receive(
                site_id,
                UUID(form.location_id.data),
                lot=form.lot.data,
                strength_mg=int(form.strength_mg.data),
                vials=form.vials.data,
                expires_on=form.expires_on.data,
                holds_on=form.holds_on.data,
                note=form.note.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash(f"Received: {form.vials.data} × {form.strength_mg.data} mg of lot {form.lot.data}.")
            return redirect(url_for("stock.site", site_id=site_id))
    return receive_page(found, form), 422


def receive_page(site: Site, form: ReceiveForm) -> str:
    form.location_id.choices = places(site.id)
    if len(places(site.id)) == 1 and not form.location_id.data:
        form.location_id.data = places(site.id)[0][0]
    return render_template("stock/receive.html", site=site, form=form)


@bp.get("/sites/<uuid:site_id>/stock/lots/<uuid:lot_id>")
def move(site_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    found, lot = sites.site(current_actor(), site_id), lot_of(site_id, lot_id)
    lens = current_lens(zone=found.timezone)
    kind = MovementKind.EXPIRED if lot.expires_on < lens.as_of else None
    return lot_page(found, lot, MoveForm(data={"holds_on": lens.as_of, "kind": kind}), lens)


@bp.post("/sites/<uuid:site_id>/stock/lots/<uuid:lot_id>")
def move_now(site_id: UUID, lot_id: UUID) -> ResponseReturnValue:
    found, lot, form = site_to_change(site_id), lot_of(site_id, lot_id), MoveForm.sent()
    form.location_id.choices = others(lot)
    if form.validate():
        with form.answering():
            moved(lot, form)
            flash(f"Lot {lot.lot}: the movement is recorded.")
            return redirect(url_for("stock.move", site_id=site_id, lot_id=lot_id))
    return lot_page(found, lot, form, Lens(day_in(found.timezone, utcnow()))), 422


def moved(lot: StockLot, form: MoveForm) -> None:
    """Send the form to the action of its kind."""
    told = {"holds_on": form.holds_on.data, "note": form.note.data, "by": current_actor(), "now": utcnow()}
    if form.kind.data == COUNT:
        actions.count(lot.id, form.vials.data, **told)
    elif form.kind.data == TRANSFER:
        if form.location_id.data is None:
            raise BadInput("Brought to: choose the place where the vials are now.", "location_id")
        actions.transfer(lot.id, UUID(form.location_id.data), form.vials.data, **told)
    else:
        actions.move(lot.id, MovementKind(form.kind.data), -form.vials.data, **told)


def lot_page(site: Site, lot: StockLot, form: MoveForm, lens: Lens) -> str:
    form.location_id.choices = others(lot)
    if not form.location_id.choices:
        form.kind.choices = [pair for pair in MOVES if pair[0] != TRANSFER]
    rows = queries.movements(site.id, lens, SIZE, lot_id=lot.id)
    vials, held = queries.vials_of(lot, lens), queries.held_of_lot(lot, lens)
    return render_template(
        "stock/lot.html",
        site=site,
        lot=lot,
        place=dict(places(site.id))[str(lot.location_id)],
        form=form,
        lens=lens,
        vials=vials,
        held=held,
        state=state_of(lot, lens, vials=vials, held=held),
        rows=rows,
        numbers=numbers_of(rows),
    )


def lot_of(site_id: UUID, lot_id: UUID) -> StockLot:
    """The lot, if it is one of that site. Raises NotFound."""
    found = queries.lot(current_actor(), lot_id)
    if found.scope_id != site_id:
        raise NotFound("This site has no such lot.")
    return found


def site_to_change(site_id: UUID) -> Site:
    """The site whose stock the actor may change. Raises NotFound, NotAllowed."""
    found = sites.site(current_actor(), site_id)
    require(current_actor(), Permission.STOCK_MOVE, scope_id=site_id)
    return found


def state_of(lot: StockLot, lens: Lens, *, vials: int, held: int) -> tuple[str, str]:
    soon_days = max(current_app.extensions["rems_settings"].value("reminders", "lot_days"))
    return lot_state(lot.expires_on, lens.as_of, vials=vials, held=held, soon_days=soon_days)


def reference_kg() -> int:
    """The weight (kg) that stands for an unknown patient."""
    weight: int = current_app.extensions["rems_settings"].value("stock", "reference_weight_kg")
    return weight


def asked_doses(site: Site, lens: Lens) -> dict[str, int]:
    """How many doses each program of the site asks to be there on the day; a program that asks none is left out."""
    versions = ((e.program.title, e.program.version_on(lens.as_of)) for e in sites.entries(current_actor(), site.id))
    return {title: v.tocilizumab.doses for title, v in versions if v and v.tocilizumab.doses}


def places(site_id: UUID) -> list[tuple[str, str]]:
    return [(str(place.id), place.name) for place in sites.locations(site_id)]


def others(lot: StockLot) -> list[tuple[str, str]]:
    """The places of the site where the lot does not lie."""
    return [pair for pair in places(lot.scope_id) if pair[0] != str(lot.location_id)]


def numbers_of(rows: Sequence[MovementLine]) -> dict[UUID, str]:
    return queries.patient_numbers({m.movement.patient_id for m in rows if m.movement.patient_id})
