"""Take an assessment through a one-time link: no account, one person, one time."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.db import db, reading
from rems.core.errors import IllegalMove
from rems.core.onetime import digest_of
from rems.sites import queries as sites
from rems.sites.models import Site, StaffMember
from rems.sites.queries import Entry
from rems.training import people
from rems.training.assessments import queries, taking
from rems.training.assessments.desk import bp
from rems.training.assessments.models import AssessmentLink
from rems.training.assessments.take_views import certificate_answer, page, result_page, sheet
from rems.training.models import AssessmentAttempt
from rems.web.onetime import for_holder

TAKEN = "rems_taken_through"
"""Where a session keeps the links that were used in it: their results are shown to that browser alone."""


@dataclass(frozen=True)
class Held:
    """A link, whose it is, and who acts through it: that person alone, in that site under that program."""

    link: AssessmentLink
    entry: Entry
    site: Site
    who: StaffMember
    by: Actor


def _held(token: str) -> Iterator[Held]:
    """Read as the holder of a link. Raises IllegalMove for one that there never was."""
    finder = Actor.system("one-time links")
    with reading(finder):
        link = taking.found_link(digest_of(token))
        entry = sites.entry_of_scope(finder, link.scope_id)
        site, who = sites.site(finder, entry.site_id), sites.staff_member(finder, link.staff_member_id)
        db.session.expunge_all()
    holder = people.link_holder(link.scope_id, site.id, who.name, site.timezone)
    with reading(holder):
        yield Held(link, entry, site, who, holder)


@bp.route("/take/<token>", methods=["GET", "POST"])
@for_holder(_held)
def through_link(token: str, held: Held) -> ResponseReturnValue:
    now = utcnow()
    taking.check_opens(held.link, now)
    today = day_in(held.site.timezone, now)
    found = sheet(held.entry, held.site, held.who, held.link.question_set_id, today, str(held.link.root_id))
    form = found.form()
    if request.method == "POST" and form.validate():
        with form.answering():
            taking.take_through(held.link.root_id, found.answered(form), by=held.by, now=now)
            session[TAKEN] = [*session.get(TAKEN, [])[-4:], str(held.link.root_id)]
            return redirect(url_for("assessments.link_result", token=token))
    return page(found, form)


@bp.get("/take/<token>/result")
@for_holder(_held)
def link_result(token: str, held: Held) -> ResponseReturnValue:
    print_url = url_for("assessments.link_certificate", token=token)
    return result_page(_own_attempt(held), held.entry, held.site, held.who, print_url, None)


@bp.get("/take/<token>/certificate.pdf")
@for_holder(_held)
def link_certificate(token: str, held: Held) -> ResponseReturnValue:
    return certificate_answer(_own_attempt(held), held.entry, held.site, held.who)


def _own_attempt(held: Held) -> AssessmentAttempt:
    """The attempt that was made through a link, for the browser that made it. Raises IllegalMove for another."""
    if str(held.link.root_id) not in session.get(TAKEN, []):
        taking.check_opens(held.link, utcnow())
        raise IllegalMove("Nothing was answered through this link yet.")
    attempt_id = queries.link(held.link.root_id).attempt_id
    assert isinstance(attempt_id, UUID)
    return queries.attempt(attempt_id)
