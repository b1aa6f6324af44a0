"""The lots of tocilizumab that vials can be taken from at the bedside."""

from datetime import datetime

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.lens import Lens
from rems.patients.rules import said
from rems.sites.models import Site
from rems.stock import queries as stock


def lots_for(actor: Actor, site: Site, now: datetime) -> list[tuple[str, str]]:
    """The lots with vials that are in date, as a form offers them; none for those who may not move them."""
    if not can(actor, Permission.STOCK_MOVE, scope_id=site.id):
        return []
    today = day_in(site.timezone, now)
    return [
        (
            str(one.lot.id),
            f"{one.lot.lot}, {one.lot.strength_mg} mg, {one.vials} at {one.location}, to {said(one.lot.expires_on)}",
        )
        for one in stock.lots(site.id, Lens(today))
        if one.vials > 0 and one.lot.expires_on >= today
    ]
