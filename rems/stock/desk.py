"""What every page of the stock needs: its blueprint, the site and the lot it is about."""

from uuid import UUID

from flask import Blueprint

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import queries
from rems.stock.models import StockLot

bp = Blueprint("stock", __name__)


def lot_of(site_id: UUID, lot_id: UUID) -> StockLot:
    """The lot, if it is one of that site. Raises NotFound."""
    found = queries.lot(current_actor(), lot_id)
    if found.scope_id != site_id:
        raise NotFound("This site has no such lot.")
    return found


def today(site: Site) -> Lens:
    """The site's own today, with all that is known now."""
    return Lens(day_in(site.timezone, utcnow()))


def site_to_change(site_id: UUID) -> Site:
    """The site whose stock the actor may change. Raises NotFound, NotAllowed."""
    found = sites.site(current_actor(), site_id)
    require(current_actor(), Permission.STOCK_MOVE, scope_id=site_id)
    return found
