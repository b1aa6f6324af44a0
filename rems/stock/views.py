"""The stock of rescue medicine of a site: what is on hand, and the forms that take vials in and give them out."""

from decimal import Decimal
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import actions, boxes, gs1, outlook, queries, shown
from rems.stock import count_views as count_views  # its pages stand on the same blueprint
from rems.stock import lot_views as lot_views  # and these too
from rems.stock import movement_views as movement_views
from rems.stock.desk import bp, site_to_change, today
from rems.stock.drawing import weeks_ahead
from rems.stock.forms import ReceiveForm, UseForm, WeightForm
from rems.stock.rules import DOSE_SOURCE, MovementKind, said
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of

__all__ = ["bp"]
SIZE = 50
DAYS_AHEAD = 42
FIRST_LOTS = 20
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
    actor, number, text = current_actor(), asked_page(), request.args.get("q", "")
    rows, total = sites.page(actor, text=text, number=number, size=SIZE)
    if total == 1 and not text:
        return redirect(url_for("stock.site", site_id=rows[0].id))
    weight = programs.reference_weight_kg()
    return render_template(
        "stock/index.html",
        page=page_of(rows, total=total, number=number, size=SIZE),
        doses={s.id: queries.doses(s.id, today(s), weight) for s in rows},
        asked={s.id: shown.asked_doses(actor, s, today(s)) for s in rows},
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
    on, weight = lens.as_of, programs.reference_weight_kg(lens.known_at)
    held = queries.held_at(site.id, lens)
    each = shown.asked_doses(current_actor(), site, lens)
    asked = max([sum(h.doses for h in held), *each.values()])
    coming = shown.planned_doses(site, lens, DAYS_AHEAD)
    look = outlook.ahead(weight, stock, on, asked=asked, days=DAYS_AHEAD, planned=coming)
    reference = outlook.worth(weight, stock, on)
    moves = queries.movements(site.id, lens, 5)
    lots = queries.lots(site.id, lens)
    return render_template(
        "stock/site.html",
        site=site,
        lens=lens,
        reference=reference,
        lots=lots,
        first_lots=shown.with_state(lots[:FIRST_LOTS], lens),
        held=held,
        programs=each,
        look=look,
        figure=weeks_ahead(look, heading=f"Doses ({reference.rule})") if stock else {},
        chart_rows=[(said(day), doses, look.needed(day)) for day, doses in shown.every_turn(look)],
        form=form,
        worth=outlook.worth(weight_kg, stock, on) if weight_kg is not None else None,
        dose_source=DOSE_SOURCE,
        moves=moves,
        numbers=shown.numbers_of(moves),
        count_due_on=count_views.due_on(site, lens),
    )


@bp.get("/sites/<uuid:site_id>/stock/receive")
def receive(site_id: UUID) -> ResponseReturnValue:
    found = site_to_change(site_id)
    return receive_page(found, ReceiveForm(data={"holds_on": today(found).as_of}))


@bp.post("/sites/<uuid:site_id>/stock/receive")
def take_in(site_id: UUID) -> ResponseReturnValue:
    found, form = site_to_change(site_id), ReceiveForm.sent()
    form.location_id.choices = shown.places(site_id)
    if form.scan.data:  # also when the scanner ends with Enter
        return read_scan(found, form)
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
                gtin=form.gtin.data,
                serial=form.serial.data,
                storage=form.storage.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash(f"Received: {form.vials.data} × {form.strength_mg.data} mg of lot {form.lot.data}.")
            return redirect(url_for("stock.site", site_id=site_id))
    return receive_page(found, form), 422


def read_scan(site: Site, form: ReceiveForm) -> ResponseReturnValue:
    """The form with what the box says filled in; nothing is received yet, and nothing that was typed is lost."""
    if not form.csrf_token.validate(form):
        return receive_page(site, form), 422
    with form.answering():
        scanned = gs1.read(form.scan.data or "")
        form.fill_from(scanned, queries.strength_of(scanned.gtin))
        boxes.check_fresh(site.id, scanned.gtin, scanned.serial)
        return receive_page(site, form), 200
    return receive_page(site, form), 422


def receive_page(site: Site, form: ReceiveForm) -> str:
    form.location_id.choices = shown.places(site.id)
    if len(shown.places(site.id)) == 1 and not form.location_id.data:
        form.location_id.data = shown.places(site.id)[0][0]
    return render_template("stock/receive.html", site=site, form=form)


@bp.get("/sites/<uuid:site_id>/stock/patients/<uuid:patient_id>")
def use(site_id: UUID, patient_id: UUID) -> ResponseReturnValue:
    found = site_to_change(site_id)
    return use_page(found, patient_id, UseForm(data={"holds_on": today(found).as_of}))


@bp.post("/sites/<uuid:site_id>/stock/patients/<uuid:patient_id>")
def use_now(site_id: UUID, patient_id: UUID) -> ResponseReturnValue:
    found, form = site_to_change(site_id), UseForm.sent()
    form.lot_id.choices = shown.lots_for(found, patient_id, today(found))
    if form.validate():
        with form.answering():
            actions.move(
                UUID(form.lot_id.data),
                MovementKind.USED,
                -form.vials.data,
                holds_on=form.holds_on.data,
                patient_id=patient_id,
                note=form.note.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash("The vials given are recorded, and taken off what was held for the patient.")
            return redirect(url_for("stock.site", site_id=site_id))
    return use_page(found, patient_id, form), 422


def use_page(site: Site, patient_id: UUID, form: UseForm) -> str:
    form.lot_id.choices = shown.lots_for(site, patient_id, today(site))
    return render_template(
        "stock/use.html",
        site=site,
        patient_id=patient_id,
        number=queries.patient_number(site.id, patient_id),
        form=form,
    )
