"""What the home page of a person shows: the work by consequence, and the state of things at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from markupsafe import Markup

from rems.access.rules import Permission, can
from rems.certification import queries as certification
from rems.certification.queries import Standing
from rems.compliance import queries as compliance
from rems.compliance.audits import ahead as audits
from rems.compliance.audits.ahead import Ahead
from rems.compliance.queries import DueAction
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.lens import Lens
from rems.events import queries as events
from rems.events.queries import Running
from rems.followup import queries as followup
from rems.followup.queries import DueVisit
from rems.oversight import queries
from rems.oversight.queries import ExpiringLot
from rems.paper.charts import YearBar, bars_by_year
from rems.paper.svg import inline_svg
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import queries as stock

FEW_SITES = 4
CLOCK_DAYS, LOT_DAYS = 7, 30  # how far ahead clocks and expiries are shown at least


@dataclass(frozen=True)
class Home:
    """One person's day. `own` are the sites whose work is theirs; a program's people see sites without it."""

    today: date
    sites: Sequence[Site]
    total_sites: int
    lots: Sequence[ExpiringLot]
    clocks: Sequence[Running]
    visits: Sequence[DueVisit]
    actions: Sequence[DueAction]
    audits: Sequence[Ahead]
    standings: Sequence[Standing]
    doses: dict[UUID, int]
    weight_kg: int
    patients: int
    chart: Markup | str

    @property
    def gaps(self) -> list[Standing]:
        """Programs that ask for a certification which the site does not have."""
        return [s for s in self.standings if s.asks and not s.certified]

    @property
    def names(self) -> dict[UUID, str]:
        return {s.id: s.name for s in self.sites}


def home_of(actor: Actor, *, now: datetime, days: int) -> Home:
    """The work of the coming `days`, on the calendar of the person's first site."""
    few, total = sites.page(actor, size=FEW_SITES)
    today = day_in(actor.timezone, now)
    own = [s for s in few if s.id in actor.scopes]
    entered = [e for s in own for e in sites.entries(actor, s.id)]
    weight = programs.reference_weight_kg()
    ahead = max(days, CLOCK_DAYS)
    return Home(
        today=today,
        sites=few,
        total_sites=total,
        lots=queries.expiring_lots(actor, on=today, within_days=LOT_DAYS) if own else [],
        clocks=events.due(actor, on=today, within_days=ahead) if can(actor, Permission.EVENT_READ) else [],
        visits=followup.due(actor, today, days) if can(actor, Permission.VISIT_RECORD) else [],
        actions=compliance.due(actor, today, days) if can(actor, Permission.CAPA_MANAGE) else [],
        audits=audits.ahead(actor, today, days) if can(actor, Permission.CAPA_MANAGE) else [],
        standings=list(certification.standings(actor, entered, Lens(today)).values()),
        doses=stock.doses_of([s.id for s in own], Lens(today), weight),
        weight_kg=weight,
        patients=queries.count_patients(actor),
        chart=_fifteen_years(actor, today) if can(actor, Permission.PATIENT_READ) else "",
    )


def _fifteen_years(actor: Actor, today: date) -> Markup | str:
    """How many patients are in which year of their fifteen."""
    years = queries.patients_by_year(actor, on=today)
    told = ", ".join(f"year {y.year}: {y.patients}" for y in years if y.patients)
    if not told:
        return ""
    drawing = bars_by_year([YearBar(y.year, y.patients, y.late) for y in years])
    return inline_svg(drawing, title=f"Patients by year of follow-up: {told}")
