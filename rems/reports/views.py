"""Download the compliance report of a site for any day."""

from uuid import UUID

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.certification import queries as certification
from rems.core.clock import utcnow
from rems.core.lens import Lens
from rems.reports import actions
from rems.reports.site_compliance import site_compliance
from rems.sites import queries as sites
from rems.trail.knowing import settled
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
    answer = make_response(made.pdf)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="compliance-{code.lower()}-{lens.as_of}.pdf"'
    return answer
