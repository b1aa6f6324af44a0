"""Periodic counts: what somebody found is entered before the record is shown, and a difference is explained."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, Incomplete
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites import tree
from rems.sites.rules import check_not_ahead
from rems.stock import actions, ledger, queries, steps
from rems.stock.models import StockCount, StockLot
from rems.stock.rules import MovementKind


@dataclass(frozen=True)
class Found:
    """The vials of a lot that were found, and why they differ from the record, where they do."""

    vials: int
    why: str = ""


@dataclass(frozen=True)
class Count:
    """One count of a site: its day, when it was kept (UTC), who counted, how many lots, and those that differed."""

    on: date
    at: datetime
    by: str
    lots: int
    differing: int


def count(site_id: UUID, found: Mapping[UUID, Found], *, holds_on: date, by: Actor, now: datetime) -> int:
    """Keep a count of lots at the end of a day, all of them or none. Returns how many differed from the record.

    A lot that differs is adjusted to what was found, with its reason as that of the movement. Nothing of the record is
    told to who counts: a difference without a reason is refused by the name of its lot alone. Raises NotFound,
    NotAllowed, BadInput with the field, Incomplete with each lot that differs unexplained.
    """
    with transaction(by, "stock.count_all", at=now) as session:
        site = sites.site(by, site_id)
        require(by, Permission.STOCK_MOVE, scope_id=site_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="Day of the count")
        if not found:
            raise BadInput("Nothing was counted: enter what was found of at least one lot.")
        steps.one_at_a_time(site_id)
        lots = {key: _lot(by, site_id, key) for key in found}
        expected = {key: sum(v for on, v in queries.changes(key) if on <= holds_on) for key in lots}
        unexplained = [
            f"Lot {lots[key].called}: the record says otherwise. Count again; if it stays, say why."
            for key, one in found.items()
            if one.vials != expected[key] and not one.why.strip()
        ]
        if unexplained:
            raise Incomplete("The count does not agree with the record yet.", unexplained)
        for key, one in found.items():
            ledger.check_found(one.vials)
            session.add(_row(lots[key], one, expected[key], holds_on))
            if one.vials != expected[key]:
                change = one.vials - expected[key]
                if change > 0:
                    tree.check_open(site_id, lots[key].location_id, holds_on)
                actions.change(
                    lots[key], MovementKind.COUNT_ADJUSTMENT, change, holds_on=holds_on, note=one.why.strip()
                )
    return sum(one.vials != expected[key] for key, one in found.items())


def counts(site_id: UUID, lens: Lens, limit: int, *, offset: int = 0) -> list[Count]:
    """The counts of a site under the lens, the newest first."""
    row = StockCount
    query = _counts(site_id, lens).order_by(row.holds_on.desc(), row.recorded_at.desc(), row.recorded_by)
    counted = query.add_columns(func.count(), func.count().filter(row.found != row.expected))
    return [
        Count(on, at, who.split(" <")[0], lots, differing)
        for on, at, who, lots, differing in db.session.execute(counted.limit(limit).offset(offset))
    ]


def count_counts(site_id: UUID, lens: Lens) -> int:
    """How many counts a site has."""
    return db.session.scalar(select(func.count()).select_from(_counts(site_id, lens).subquery())) or 0


def last_on(site_id: UUID, lens: Lens) -> date | None:
    """The day of the newest count of a site under the lens."""
    return db.session.scalar(facts(StockCount, lens, scope_id=site_id).with_only_columns(func.max(StockCount.holds_on)))


def differences(site_id: UUID, lens: Lens, of: Collection[Count]) -> list[tuple[StockCount, StockLot]]:
    """What was found otherwise than the record said in those counts, the newest first."""
    row = StockCount
    query = facts(row, lens, scope_id=site_id).join(StockLot, StockLot.id == row.lot_id)
    query = query.where(row.found != row.expected, row.recorded_at.in_([one.at for one in of]))
    query = query.order_by(row.holds_on.desc(), row.id.desc())
    return [(one, lot) for one, lot in db.session.execute(query.add_columns(StockLot))]


def next_due(last_on: date | None, every_days: int, on: date) -> date | None:
    """When the next count is due: so many days after the last, on `on` where there was none; None: no interval set."""
    if not every_days:
        return None
    return last_on + timedelta(days=every_days) if last_on else on


def to_count(site_id: UUID, on: date) -> Sequence[tuple[StockLot, str]]:
    """The lots a site has, or had lately, with the name of their place; without how many vials the record has."""
    return [(line.lot, line.location) for line in queries.lots(site_id, Lens(on))]


def _counts(site_id: UUID, lens: Lens) -> Select[date, datetime, str]:
    row = StockCount
    query = facts(row, lens, scope_id=site_id).group_by(row.holds_on, row.recorded_at, row.recorded_by)
    return query.with_only_columns(row.holds_on, row.recorded_at, row.recorded_by)


def _lot(by: Actor, site_id: UUID, lot_id: UUID) -> StockLot:
    lot = queries.lot(by, lot_id)
    if lot.scope_id != site_id:
        raise BadInput("A lot of another site is in the count; open the page again.")
    return lot


def _row(lot: StockLot, one: Found, expected: int, on: date) -> StockCount:
    return StockCount(
        id=uuid7(),
        scope_id=lot.scope_id,
        holds_on=on,
        lot_id=lot.id,
        found=one.vials,
        expected=expected,
        note=one.why.strip(),
    )
