"""Download the compliance report of a site for any day, and the binder of all that it has to show."""

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.certification import queries as certification
from rems.core.clock import utcnow
from rems.core.lens import Lens
from rems.reports import actions
from rems.reports.binder import site_binder
from rems.reports.site_compliance import site_compliance
from rems.sites import queries as sites
from rems.trail.knowing import settled
from rems.web.downloads import file_answer
from rems.web.lens import current_lens

bp = Blueprint("reports", __name__)


@bp.get("/sites/<uuid:site_id>/programs/<code>/report.pdf")
def compliance(site_id: UUID, code: str) -> ResponseReturnValue:
    """Without `known_at` the report rests on a moment that is settled, so that asking again gives the same content."""
    actor, now = current_actor(), utcnow()
    entry, site = sites.entry(actor, site_id, code), sites.site(actor, site_id)
    held = {"scope_id": entry.scope_id, "program_id": entry.program_id}
    require(actor, Permission.REPORT_MAKE, **held)
    asked = current_lens(zone=site.timezone)
    moment, done = (asked.known_at, True) if asked.known_at else settled()
    lens = Lens(asked.as_of, moment)
    standing = certification.standing(actor, entry, lens)
    made = site_compliance(actor, site, standing, lens, now=now, settled=done)
    actions.note("site-compliance", lens, made.digest, **held, by=actor, now=now)
    return file_answer(made.pdf, f"compliance-{code.lower()}-{lens.as_of}.pdf")


@bp.get("/sites/<uuid:site_id>/binder.pdf")
def binder(site_id: UUID) -> ResponseReturnValue:
    """All that a site has to show, for whoever asks: a site gets all of it, a sponsor what stands under its program."""
    actor, now = current_actor(), utcnow()
    site = sites.site(actor, site_id)
    scope_id, program_id = whose(site.id)
    asked = current_lens(zone=site.timezone)
    moment, done = (asked.known_at, True) if asked.known_at else settled()
    lens = Lens(asked.as_of, moment)
    made = site_binder(actor, sites.site(actor, site_id), lens, now=now, settled=done)
    actions.note("site-binder", lens, made.digest, scope_id=scope_id, program_id=program_id, by=actor, now=now)
    return file_answer(made.pdf, f"binder-{lens.as_of}.pdf")


def whose(site_id: UUID) -> tuple[UUID, UUID | None]:
    """The scope in which a binder is noted: the site's own, or for a sponsor that of its program. Raises NotAllowed."""
    actor = current_actor()
    if can(actor, Permission.REPORT_MAKE, scope_id=site_id):
        return site_id, None
    for entry in sites.entries(actor, site_id):
        if can(actor, Permission.REPORT_MAKE, scope_id=entry.scope_id, program_id=entry.program_id):
            return entry.scope_id, entry.program_id
    require(actor, Permission.REPORT_MAKE, scope_id=site_id)
    return site_id, None
