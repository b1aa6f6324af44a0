"""The calendar feed: the page on which one's own address is made and revoked, and the feed itself."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.followup.feed import actions, queries
from rems.followup.feed.actions import Gone
from rems.web.downloads import file_answer
from rems.web.forms import ActForm
from rems.web.security import public

bp = Blueprint("feed", __name__)

MADE = "rems_calendar_made"
"""Where a session keeps a secret for the one page that shows it."""
CALENDAR = "text/calendar; charset=utf-8"


@bp.get("/calendar")
def show() -> ResponseReturnValue:
    """The state of one's own address; one that was just made is shown this once, to the browser that made it."""
    actor = current_actor()
    require(actor, Permission.PATIENT_READ)
    secret = session.pop(MADE, "")
    found = queries.feed_of(actor.id) if actor.id else None
    return render_template(
        "followup/feed/show.html",
        feed=found,
        address=_base_url() + url_for("feed.give", secret=secret) if secret and found else "",
        zone=actor.timezone,
        days=queries.AHEAD.days,
    )


@bp.post("/calendar")
def make() -> ResponseReturnValue:
    ActForm.check()
    session[MADE] = actions.make(by=current_actor(), now=utcnow())
    return redirect(url_for("feed.show"))


@bp.post("/calendar/revoke")
def revoke() -> ResponseReturnValue:
    ActForm.check()
    actions.revoke(by=current_actor(), now=utcnow())
    flash("The address is revoked; a calendar that still asks gets nothing.")
    return redirect(url_for("feed.show"))


@bp.get("/calendar/<secret>.ics")
@public
def give(secret: str) -> ResponseReturnValue:
    """The feed; unchanged (304) for whoever has it already."""
    try:
        feed = actions.fetch(secret, base_url=_base_url(), now=utcnow())
    except Gone as gone:
        return Response(gone.sentence, 410, content_type="text/plain; charset=utf-8")
    answer = file_answer(feed.content, "follow-up.ics", CALENDAR, shown=True)
    answer.set_etag(feed.digest)
    answer.last_modified = feed.changed_at
    return answer.make_conditional(request)


def _base_url() -> str:
    """Where people reach this installation; never what a request claims it to be."""
    base: str = current_app.extensions["rems_settings"].base_url
    return base
