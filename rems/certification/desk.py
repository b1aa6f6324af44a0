"""What the pages of a certification share: the blueprint, where one is, and what may be done there."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.certification import moves, queries
from rems.certification.acts import acts_of
from rems.certification.queries import Standing
from rems.certification.states import Act, ActKind
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.web.filters import record_day
from rems.web.lens import current_lens

bp = Blueprint("certification", __name__)

BOTH = ["GET", "POST"]


@bp.app_template_filter("iso_day")
def iso_day(text: str) -> str:
    """A day as what was submitted keeps it, "2018-06-04", as pages print it."""
    return record_day(date.fromisoformat(text))


@dataclass(frozen=True)
class Here:
    """A certification that a page shows. `now_shown`: today, with all that is known; only then is anything changed."""

    actor: Actor
    site: Site
    entry: Entry
    lens: Lens
    today: date
    now_shown: bool
    standing: Standing
    acts: tuple[Act, ...]

    @property
    def held(self) -> dict[str, UUID]:
        return {"scope_id": self.entry.scope_id, "program_id": self.entry.program_id}

    @property
    def lapsed(self) -> bool:
        return moves.has_lapsed(self.acts, may_treat=self.standing.certified)

    @property
    def last(self) -> UUID | None:
        """The key of the last act."""
        return self.acts[-1].id if self.acts else None

    @property
    def allowed(self) -> frozenset[ActKind]:
        """What may be done next and the actor may do."""
        if not self.now_shown:
            return frozenset()
        manager = can(self.actor, Permission.SITE_CERTIFY, **self.held)
        signer = can(self.actor, Permission.SITE_ATTEST, scope_id=self.entry.scope_id)
        found = moves.allowed(self.acts, lapsed=self.lapsed)
        return frozenset(k for k in found if (signer if k is ActKind.SUBMITTED else manager))

    def words(self, **more: Any) -> dict[str, Any]:
        """What every template of a certification takes."""
        names = ("site", "entry", "lens", "today", "now_shown", "standing", "held", "allowed", "lapsed")
        return {**{name: getattr(self, name) for name in names}, "history": self.acts, **more}


def here(site_id: UUID, code: str, *, on: date | None = None) -> Here:
    """What the address names, for the day asked or the day a form has chosen. Raises NotFound, NotAllowed."""
    actor = current_actor()
    entry, site = sites.entry(actor, site_id, code), sites.site(actor, site_id)
    require(actor, Permission.SITE_READ, scope_id=entry.scope_id, program_id=entry.program_id)
    lens = current_lens(zone=site.timezone)
    today = day_in(site.timezone, utcnow())
    now_shown = lens == Lens(today)
    standing = queries.standing(actor, entry, Lens(on, lens.known_at) if on else lens)
    acts = acts_of([entry.scope_id], None if now_shown else lens)[entry.scope_id]
    return Here(actor, site, entry, lens, today, now_shown, standing, tuple(acts))


def to_show(site_id: UUID, code: str) -> ResponseReturnValue:
    return redirect(url_for("certification.show", site_id=site_id, code=code))
