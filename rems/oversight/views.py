"""The home page, and the trail on screen."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput, NotFound
from rems.oversight import queries
from rems.oversight.home import home_of
from rems.signatures import overview
from rems.signatures.overview import Watch

bp = Blueprint("oversight", __name__)

SPANS = {"week": 7, "day": 0, "month": 30}
MOST_VISITS = MOST_ACTIONS = 8


@bp.get("/")
def root() -> ResponseReturnValue:
    return redirect(url_for("oversight.home"))


@bp.get("/today")
def home() -> ResponseReturnValue:
    actor = current_actor()
    if not can(actor, Permission.SITE_READ):
        return render_template("oversight/home_bare.html", actor=actor, watch=watch_of(actor))
    span = request.args.get("span", "week")
    if span not in SPANS:
        raise BadInput(f'span "{span}" is unknown; it is one of day, week, month')
    home = home_of(actor, now=utcnow(), days=SPANS[span])
    return render_template(
        "oversight/home.html",
        home=home,
        span=span,
        today=home.today,
        most_visits=MOST_VISITS,
        most_actions=MOST_ACTIONS,
        may_report=can(actor, Permission.EVENT_REPORT),
        may_enroll=can(actor, Permission.PATIENT_ENROLL),
        watch=watch_of(actor),
    )


def watch_of(actor: Actor) -> Watch | None:
    """What an administrator should know of signing today; nobody else is told."""
    if not can(actor, Permission.ACCOUNT_MANAGE):
        return None
    now = utcnow()
    return overview.watch(on=day_in(actor.timezone, now), now=now)


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
    return render_template(
        "oversight/trail.html", changes=queries.history(table, key), kind=table.replace("_", " "), record=key
    )
