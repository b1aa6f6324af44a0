"""What every page of training needs: its blueprint, and the site in the program that it is about."""

from uuid import UUID

from flask import Blueprint

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry

bp = Blueprint("training", __name__)


def entry_to_change(site_id: UUID, code: str) -> tuple[Site, Entry]:
    """The site in the program, whose training the actor may record. Raises NotFound, NotAllowed."""
    actor = current_actor()
    found, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    require(actor, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
    return found, entry
