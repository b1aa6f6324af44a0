"""What a home page shows: the work ordered by consequence, and the state of things at a glance. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, func, or_, select, text

from rems.core.actor import Actor
from rems.core.db import Base, Scoped, db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.followup.models import PlannedVisit
from rems.patients.models import Infusion, Patient
from rems.sites.models import Site
from rems.stock.models import StockLot, StockMovement


@dataclass(frozen=True)
class ExpiringLot:
    """A lot that still has vials and expires soon, or has expired."""

    lot: StockLot
    vials: int
    site_name: str


def expiring_lots(actor: Actor, *, on: date, within_days: int, limit: int = 20) -> list[ExpiringLot]:
    """Lots with vials left that expire within the days, or expired unnoticed; soonest first."""
    moves = facts(StockMovement).where(StockMovement.scope_id.in_(actor.scopes)).subquery()
    left = func.sum(moves.c.vials)
    query = (
        select(StockLot, left, Site.name)
        .join(moves, moves.c.lot_id == StockLot.id)
        .join(Site, Site.id == StockLot.scope_id)
        .where(StockLot.scope_id.in_(actor.scopes), StockLot.expires_on <= on + timedelta(days=within_days))
        .group_by(StockLot.id, Site.name)
        .having(left > 0)
        .order_by(StockLot.expires_on)
        .limit(limit)
    )
    return [ExpiringLot(lot, int(vials), name) for lot, vials, name in db.session.execute(query)]


@dataclass(frozen=True)
class FollowUpYear:
    """Patients in one year of their fifteen, and how many of them have a visit whose window closed unrecorded."""

    year: int
    patients: int
    late: int


def patients_by_year(actor: Actor, *, on: date) -> list[FollowUpYear]:
    """The patients an actor may see, by year of follow-up (1 to 15) on that day."""
    late = (
        select(PlannedVisit.patient_id)
        .where(PlannedVisit.held_on.is_(None), PlannedVisit.provisional.is_(False), PlannedVisit.closes_on < on)
        .distinct()
        .subquery()
    )
    number = func.least(func.floor((on - Infusion.holds_on) / 365.25).cast(Integer) + 1, 15)
    query = (
        select(number.label("year"), func.count(), func.count(late.c.patient_id))
        .select_from(Infusion)
        .outerjoin(late, late.c.patient_id == Infusion.patient_id)
        .where(~Infusion.void, Infusion.holds_on <= on)
        .group_by("year")
        .order_by("year")
    )
    if not actor.everywhere:
        query = query.where(_of(actor, Infusion))
    found = {row[0]: FollowUpYear(*row) for row in db.session.execute(query)}
    return [found.get(n, FollowUpYear(n, 0, 0)) for n in range(1, 16)]


def count_patients(actor: Actor) -> int:
    """Patients of the actor's scopes and programs."""
    return db.session.scalar(select(func.count()).select_from(Patient).where(_of(actor, Patient))) or 0


def _of(actor: Actor, kind: type[Scoped]) -> ColumnElement[bool]:
    """The rows of the actor's scopes and programs; row-level security says the same beneath, but not as fast."""
    return or_(kind.scope_id.in_(actor.scopes), kind.program_id.in_(actor.programs))


TRAILED = frozenset(
    table.name
    for table in Base.metadata.sorted_tables
    if table.name not in ("planned_visit", "deadline") and not table.name.startswith("public_")
)


@dataclass(frozen=True)
class Change:
    """One entry of the trail, with what changed between its rows."""

    entry: Any
    fields: tuple[tuple[str, Any, Any], ...]


ENTRY = """
select id, moment, actor, role, action, reason, table_name, row_key, operation, demonstration, before, after,
  xid::text as xid, encode(digest, 'hex') as digest from trail.entry
"""


def history(table: str, key: UUID) -> list[Change]:
    """The trail of one record, oldest first. Raises NotFound: a table without a trail, a record one may not see."""
    if table not in TRAILED:
        raise NotFound(f'There is no record of the kind "{table}".')
    rows = db.session.execute(
        text(f"{ENTRY} where table_name = :table and row_key = :key order by id"), {"table": table, "key": str(key)}
    ).all()
    if not rows:
        raise NotFound("There is no such record, or its trail is not yours to see.")
    return [Change(row, _differences(row.before, row.after)) for row in rows]


def newest(actor: Actor, *, before: UUID | None = None, action: str = "", size: int = 50) -> Sequence[Any]:
    """The newest entries an actor may see, before one of them (for the next page), by the beginning of the action."""
    where, values = ["true"], {"size": size + 1, "before": before, "action": action}
    if before is not None:
        where.append("id < :before")
    if action:
        where.append("action ^@ :action")
    return db.session.execute(text(f"{ENTRY} where {' and '.join(where)} order by id desc limit :size"), values).all()


def _differences(before: dict[str, Any] | None, after: dict[str, Any] | None) -> tuple[tuple[str, Any, Any], ...]:
    old, new = before or {}, after or {}
    return tuple((name, old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name))
