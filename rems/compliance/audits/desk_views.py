"""What every page of an audit needs: the audit as it stood, its site, what the person may do, and the way back."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.compliance.audits import desk, queries
from rems.compliance.audits.models import SiteAudit
from rems.compliance.audits.rules import AuditFormat, AuditState
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.web.forms import BaseForm
from rems.web.lens import current_lens
from rems.web.sending import short_form

bp = Blueprint("audits", __name__)
BOTH = ["GET", "POST"]
STATE_WORDS: dict[AuditState, tuple[str, str]] = {
    AuditState.PLANNED: ("Planned", "wait"),
    AuditState.UNDERWAY: ("Underway", "open"),
    AuditState.REPORTED: ("Reported, with open findings", "soon"),
    AuditState.CLOSED: ("Closed", "met"),
    AuditState.CANCELED: ("Canceled", "off"),
}
FORMAT_WORDS = {
    AuditFormat.ON_SITE: "On site",
    AuditFormat.REMOTE: "Remote",
    AuditFormat.QUESTIONNAIRE: "By questionnaire",
}


@dataclass(frozen=True)
class Here:
    """One audit under the lens of the request."""

    row: SiteAudit
    entry: Entry
    site: Site
    lens: Lens
    today: date

    @property
    def audits(self) -> bool:
        """Whether the person holds this audit for its sponsor."""
        return can(
            current_actor(), Permission.AUDIT_MANAGE, scope_id=self.entry.scope_id, program_id=self.entry.program_id
        )

    @property
    def answers(self) -> bool:
        """Whether the person answers for the site."""
        return desk.of_the_site(current_actor(), self.row)

    @property
    def state(self) -> AuditState:
        return queries.state(self.row, self.lens.as_of)


def here(audit_id: UUID) -> Here:
    """The audit as the lens of this request shows it. Raises NotFound."""
    actor = current_actor()
    entry = sites.entry_of_scope(actor, queries.audit(actor, audit_id).scope_id)
    site = sites.site(actor, entry.site_id)
    lens = current_lens(site.timezone)
    return Here(queries.audit(actor, audit_id, lens), entry, site, lens, day_in(site.timezone, utcnow()))


def managed(audit_id: UUID) -> Here:
    """The audit as it is now, for who holds it. Raises NotFound, NotAllowed."""
    found = now(audit_id)
    held = {"scope_id": found.entry.scope_id, "program_id": found.entry.program_id}
    require(current_actor(), Permission.AUDIT_MANAGE, **held)
    return found


def now(audit_id: UUID) -> Here:
    """The audit as it is now, whatever day the address asks for. Raises NotFound."""
    actor = current_actor()
    row = queries.audit(actor, audit_id)
    entry = sites.entry_of_scope(actor, row.scope_id)
    site = sites.site(actor, entry.site_id)
    today = day_in(site.timezone, utcnow())
    return Here(row, entry, site, Lens(today), today)


def back(root_id: UUID, words: str, where: str = "") -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("audits.show", audit_id=root_id, _anchor=where or None))


def step(form: BaseForm, found: Here, title: str, act: str, sentence: str = "", **more: Any) -> ResponseReturnValue:
    """One short form about an audit; 422 where it says what is to fix."""
    said = sentence or f"Audit {found.row.number} of {found.site.name}, under {found.entry.program.title}."
    here = url_for("audits.show", audit_id=found.row.root_id)
    above = [("Audits", url_for("audits.index")), (f"Audit {found.row.number}", here)]
    return short_form(form, title, act, said, above, **more)
