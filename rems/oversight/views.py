"""The home page, and the trail on screen."""

from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.certification import queries as certification
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput, NotFound
from rems.core.lens import Lens
from rems.events import queries as events
from rems.followup import queries as followup
from rems.oversight import queries
from rems.paper.charts import YearBar, bars_by_year
from rems.paper.svg import inline_svg
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.stock import queries as stock

bp = Blueprint("oversight", __name__)

SPANS = {"week": 7, "day": 0, "month": 30}
FEW_SITES = 4


@bp.get("/")
def root() -> ResponseReturnValue:
    return redirect(url_for("oversight.home"))


@bp.get("/today")
def home() -> ResponseReturnValue:
    actor, now = current_actor(), utcnow()
    if not can(actor, Permission.SITE_READ):
        return render_template("oversight/home_bare.html", actor=actor)
    span = request.args.get("span", "week")
    if span not in SPANS:
        raise BadInput(f'span "{span}" is unknown; it is one of day, week, month')
    few, total = sites.page(actor, size=FEW_SITES)
    zone = few[0].timezone if few else "UTC"
    today = day_in(zone, now)
    years = queries.patients_by_year(actor, on=today) if can(actor, Permission.PATIENT_READ) else []
    weight = current_app.extensions["rems_settings"].value("stock", "reference_weight_kg")
    own = [s for s in few if s.id in actor.scopes]
    return render_template(
        "oversight/home.html",
        actor=actor,
        sites=few,
        total_sites=total,
        today=today,
        span=span,
        lots=queries.expiring_lots(actor, on=today, within_days=30) if own else [],
        clocks=events.due(actor, on=today, within_days=max(SPANS[span], 7))
        if can(actor, Permission.EVENT_READ)
        else [],
        visits=followup.due(actor, today, SPANS[span]) if can(actor, Permission.VISIT_RECORD) else [],
        standings=[certification.standing(actor, e, Lens(today)) for s in own for e in sites.entries(actor, s.id)],
        doses={s.id: stock.doses(s.id, Lens(today), weight) for s in own},
        weight=weight,
        patients=queries.count_patients(actor),
        chart=inline_svg(
            bars_by_year([YearBar(y.year, y.patients, y.late) for y in years]),
            title="Patients by year of follow-up: "
            + ", ".join(f"year {y.year}: {y.patients}" for y in years if y.patients),
        )
        if any(y.patients for y in years)
        else "",
        may_report=can(actor, Permission.EVENT_REPORT),
        may_enroll=can(actor, Permission.PATIENT_ENROLL),
        programs=programs,
    )


@bp.get("/trail")
def trail_index() -> ResponseReturnValue:
    actor = current_actor()
    require(actor, Permission.TRAIL_READ)
    text, before = request.args.get("action", ""), request.args.get("before", "")
    try:
        key = UUID(before) if before else None
    except ValueError as error:
        raise BadInput("before is no key of an entry") from error
    rows = queries.newest(actor, before=key, action=text)
    return render_template(
        "oversight/trail_index.html", rows=rows[:50], older=rows[49].id if len(rows) > 50 else None, action=text
    )


@bp.get("/trail/<table>/<uuid:key>")
def trail(table: str, key: UUID) -> ResponseReturnValue:
    actor = current_actor()
    if not can(actor, Permission.TRAIL_READ):
        raise NotFound("There is no such record, or its trail is not yours to see.")
    return render_template("oversight/trail.html", changes=queries.history(table, key), table=table, key=key)
