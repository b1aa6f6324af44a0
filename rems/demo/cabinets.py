"""The tocilizumab of an invented hospital: deliveries, and what is taken out after its expiry."""

from datetime import date, timedelta
from uuid import UUID

from rems.demo.calendar import Calendar
from rems.demo.hospital import Hospital, Reach
from rems.stock import actions as stock
from rems.stock.rules import MovementKind

SHELF_LIFE, RESTOCK = timedelta(days=1000), timedelta(days=900)
IN_DATE_FOR = timedelta(days=3)  # from the expiry of a lot to the day it is taken out


def fill_cabinet(hospital: Hospital, calendar: Calendar, *, near: bool) -> None:
    """A delivery now and then; what expired is taken out. `near`: a small lot besides, close to its expiry."""
    first = hospital.begins + timedelta(days=5)
    days = [first + RESTOCK * i for i in range((calendar.today - first) // RESTOCK + 1)]
    for number, day in enumerate(days, 1):
        spent = hospital.reach is Reach.UNSTOCKED
        expires = calendar.today - timedelta(days=6) if spent else day + SHELF_LIFE
        for strength, vials in ((400, 24), (80, 20)):
            mark = f"{strength // 10}{number:02d}"
            if spent:
                receive(hospital, calendar, mark, strength, vials, day, expires)
            else:
                deliver(hospital, calendar, mark, strength, vials, day, expires)
    if near:
        expires = calendar.today + timedelta(days=calendar.dice.randint(3, 20))
        day = max(first, calendar.today - timedelta(days=500))
        receive(hospital, calendar, "N1", 80, 6, day, expires)


def deliver(
    hospital: Hospital, calendar: Calendar, mark: str, strength: int, vials: int, day: date, expires: date
) -> None:
    """Vials that come in, and go out unused after their expiry where that has passed."""
    lot = receive(hospital, calendar, mark, strength, vials, day, expires)
    gone = expires + IN_DATE_FOR
    if gone < calendar.today:
        stock.move(
            lot,
            MovementKind.EXPIRED,
            -vials,
            holds_on=gone,
            note="Taken out after its expiry",
            by=hospital.coordinator,
            now=calendar.at(gone, hospital.town.timezone),
        )


def receive(
    hospital: Hospital, calendar: Calendar, mark: str, strength: int, vials: int, day: date, expires: date
) -> UUID:
    return stock.receive(
        hospital.site_id,
        hospital.suite_id,
        lot=f"{hospital.town.prefix}{mark}{calendar.dice.randint(10, 99)}",
        strength_mg=strength,
        vials=vials,
        expires_on=expires,
        holds_on=day,
        by=hospital.coordinator,
        now=calendar.at(day, hospital.town.timezone),
    )
