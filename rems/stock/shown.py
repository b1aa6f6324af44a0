"""What the pages of the stock look up besides: settings, what programs ask, and the choices of the forms."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from flask import current_app

from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import coming, queries
from rems.stock.models import StockLot
from rems.stock.outlook import Ahead, lot_state
from rems.stock.queries import LotLine, MovementLine
from rems.stock.rules import counted


def state_of(lot: StockLot, lens: Lens, *, vials: int, held: int) -> tuple[str, str]:
    soon_days = max(current_app.extensions["rems_settings"].value("reminders", "lot_days"))
    return lot_state(lot.expires_on, lens.as_of, vials=vials, held=held, soon_days=soon_days)


def with_state(lines: Sequence[LotLine], lens: Lens) -> list[tuple[LotLine, str, str]]:
    """Lots with their state and its words; of an empty one there is nothing to say but that."""
    return [
        (one, *(state_of(one.lot, lens, vials=one.vials, held=one.held) if one.vials else ("off", "None left")))
        for one in lines
    ]


def asked_doses(actor: Actor, site: Site, lens: Lens) -> dict[str, int]:
    """How many doses each program of the site asks to be there on the day; a program that asks none is left out."""
    versions = ((e.program.title, e.program.version_on(lens.as_of)) for e in sites.entries(actor, site.id))
    return {title: v.tocilizumab.doses for title, v in versions if v and v.tocilizumab.doses}


def planned_doses(site: Site, lens: Lens, days: int, *, program_id: UUID | None = None) -> dict[date, int]:
    """How many doses the infusions planned in the coming days need together, by their day.

    Of all programs that the reader may see, or of one.
    """
    found: dict[date, int] = {}
    for day, asking in coming.planned(site.id, lens, lens.as_of + timedelta(days=days)):
        version = programs.by_key(asking).version_on(day) if program_id in (None, asking) else None
        if version and version.tocilizumab.doses:
            found[day] = found.get(day, 0) + version.tocilizumab.doses
    return found


def every_turn(look: Ahead) -> list[tuple[date, int]]:
    """Each day on which the doses on hand or those asked for change, with the doses on hand."""
    days = sorted({day for day, _ in look.points} | {day for day, _ in look.wanted})
    return [(day, [doses for start, doses in look.points if start <= day][-1]) for day in days]


def places(site_id: UUID) -> list[tuple[str, str]]:
    return sites.location_choices(site_id)


def others(lot: StockLot) -> list[tuple[str, str]]:
    """The places of the site where the lot does not lie."""
    return [pair for pair in places(lot.scope_id) if pair[0] != str(lot.location_id)]


def numbers_of(rows: Sequence[MovementLine]) -> dict[UUID, str]:
    return queries.patient_numbers({m.movement.patient_id for m in rows if m.movement.patient_id})


def lots_for(site: Site, patient_id: UUID, lens: Lens) -> list[tuple[str, str]]:
    """The lots of the site with vials, those held for the patient first."""
    held = {row.lot_id for row in queries.reserved(patient_id, lens)}
    lots = sorted(queries.lots(site.id, lens), key=lambda line: line.lot.id not in held)
    return [
        (
            str(line.lot.id),
            f"{line.lot.called}, {line.lot.strength_mg} mg, {line.location}, {counted(line.vials, 'vial')}"
            + (", held for this patient" if line.lot.id in held else ""),
        )
        for line in lots
    ]


MOVEMENT_HEADS = (
    "day",
    "kind",
    "vials",
    "strength in mg",
    "lot",
    "serial",
    "expires on",
    "where",
    "patient",
    "reason",
    "by",
    "at",
)
LOT_HEADS = (
    "lot",
    "product",
    "strength in mg",
    "expires on",
    "where",
    "how kept",
    "GTIN",
    "serial",
    "vials",
    "held",
    "state",
)


def cells(line: MovementLine, numbers: Mapping[UUID, str]) -> list[object]:
    """A movement as a row of a table; a patient only where the reader may see the patient."""
    one, lot = line.movement, line.lot
    who = numbers.get(one.patient_id, "") if one.patient_id else ""
    return [
        one.holds_on, one.kind, one.vials, lot.strength_mg, lot.lot, lot.serial, lot.expires_on, line.location, who,
        one.note, one.recorded_by.split(" <")[0], one.recorded_at.isoformat(),
    ]  # fmt: skip


def lot_cells(line: LotLine, lens: Lens) -> list[object]:
    """A lot on hand as a row of a table."""
    lot = line.lot
    return [
        lot.lot, lot.product, lot.strength_mg, lot.expires_on, line.location, lot.storage, lot.gtin, lot.serial,
        line.vials, line.held, with_state([line], lens)[0][1],
    ]  # fmt: skip
