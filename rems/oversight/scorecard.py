"""The scorecard of a site under a program: the same figures for the site and for its sponsor. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from rems.access.models import Scope
from rems.access.rules import Permission, can
from rems.certification import listing as certifications
from rems.certification import queries as certification
from rems.certification.queries import Standing
from rems.certification.rules import Finding
from rems.compliance import queries as compliance
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.events import queries as events
from rems.events.models import AdverseEvent
from rems.evidence.models import Evidence
from rems.oversight.scorecard_rules import Compliance, Delays, People, Stock, by_age, delays, open_since
from rems.programs import queries as programs
from rems.sites.models import AuthorizedRepresentative, Site, StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import folded, said
from rems.stock import queries as stock
from rems.stock.models import StockLot, StockMovement
from rems.stock.outlook import ahead
from rems.training import matrix
from rems.training import queries as training

YEAR_DAYS = 365
MOST_COUNTED = 5001


@dataclass(frozen=True)
class Figures:
    """What is counted for one site under one program. `delays` None: events are not the reader's to see."""

    entry: Entry
    site: str
    standing: Standing
    people: People
    stock: Stock
    delays: Delays | None
    compliance: Compliance

    @property
    def tasks(self) -> tuple[Finding, ...]:
        """The requirements that are asked and not met."""
        return self.standing.gaps


@dataclass(frozen=True)
class Card:
    """The figures of one site under one program, with the age of each open task."""

    figures: Figures
    since: Mapping[str, date]
    ages: Mapping[str, int]

    @property
    def oldest(self) -> str:
        """Since when the oldest task is open; empty without one."""
        return f"the oldest since {said(min(self.since.values()))}" if self.since else "none is open"


def card(actor: Actor, entry: Entry, site: Site, lens: Lens) -> Card:
    """All figures of one entry under the lens."""
    [found] = figures(actor, [(entry, site.name)], lens)

    def open_on(day: date) -> set[str]:
        then = certification.standings(actor, [entry], Lens(day, lens.known_at))[entry.scope_id]
        return {f.requirement.code for f in then.gaps}

    codes = [f.requirement.code for f in found.tasks]
    since = open_since(codes, open_on, _turns(entry, lens) if codes else (), on=lens.as_of)
    return Card(found, since, by_age(since, on=lens.as_of))


def figures(actor: Actor, entries: Sequence[tuple[Entry, str]], lens: Lens) -> list[Figures]:
    """The figures of several entries, each with the name of its site, in their order."""
    standings = certification.standings(actor, [entry for entry, _ in entries], lens)
    reported = _reported(actor, [entry.scope_id for entry, _ in entries], lens)
    counted = _compliance([entry.scope_id for entry, _ in entries], lens)
    may = can(actor, Permission.EVENT_READ)
    return [
        Figures(
            entry,
            name,
            standings[entry.scope_id],
            _people(entry, standings[entry.scope_id], lens),
            _stock(entry, standings[entry.scope_id], lens),
            delays(reported.get(entry.scope_id, [])) if may else None,
            counted[entry.scope_id],
        )
        for entry, name in entries
    ]


def _compliance(scope_ids: Collection[UUID], lens: Lens) -> dict[UUID, Compliance]:
    """Findings of audits that are open and corrective actions of each entry."""
    return {
        scope_id: Compliance({str(k): n for k, n in one.audit_findings.items()}, one.actions_open, one.actions_late)
        for scope_id, one in compliance.counts(scope_ids, lens).items()
    }


def _people(entry: Entry, standing: Standing, lens: Lens) -> People:
    asked = matrix.requirements(standing.version)
    rows = training.rows(entry, lens) if asked else ()
    return People(sum(row.asked for row in rows), sum(row.gaps > 0 for row in rows))


def _stock(entry: Entry, standing: Standing, lens: Lens) -> Stock:
    asked = standing.version.tocilizumab.doses if standing.version else 0
    weight = programs.reference_weight_kg(lens.known_at)
    if not asked:
        return Stock(0, 0, None)
    look = ahead(weight, stock.on_hand(entry.site_id, lens), lens.as_of, asked=asked, days=YEAR_DAYS)
    return Stock(look.points[0][1], asked, look.short_on)


def _reported(actor: Actor, scope_ids: Collection[UUID], lens: Lens) -> dict[UUID, list[tuple[date, date]]]:
    """The day each event of the 365 days before began, and the day the company had its report, by entry."""
    query = events.visible(actor, lens).where(
        AdverseEvent.scope_id.in_(scope_ids),
        AdverseEvent.day_zero > lens.as_of - timedelta(days=YEAR_DAYS),
        AdverseEvent.day_zero <= lens.as_of,
    )
    found: dict[UUID, list[tuple[date, date]]] = {}
    columns = (AdverseEvent.scope_id, AdverseEvent.holds_on, AdverseEvent.day_zero)
    for scope_id, began, reported in db.session.execute(query.with_only_columns(*columns)):
        found.setdefault(scope_id, []).append((began, reported))
    return found


def _turns(entry: Entry, lens: Lens) -> Sequence[date]:
    """The days on which a finding of the entry may have changed: something began, ended, came or went."""
    day = timedelta(days=1)
    found = {v.effective_from for v in entry.program.versions}
    pairs = [
        facts(Evidence, lens, scope_id=entry.site_id)
        .where(Evidence.program_id == entry.program_id)
        .with_only_columns(Evidence.holds_on, Evidence.until_on),
        select(StaffMember.from_on, StaffMember.until_on).where(StaffMember.scope_id == entry.site_id),
        select(StockLot.expires_on, StockLot.expires_on).where(StockLot.scope_id == entry.site_id),
    ]
    for query in pairs:
        for begun, ended in db.session.execute(query):
            found |= {begun, ended + day} if ended else {begun}
    named = facts(AuthorizedRepresentative, lens, scope_id=entry.scope_id)
    moved = facts(StockMovement, lens, scope_id=entry.site_id)
    found |= set(db.session.scalars(named.with_only_columns(AuthorizedRepresentative.holds_on)))
    found |= set(db.session.scalars(moved.with_only_columns(StockMovement.holds_on)))
    return [one for one in found if one <= lens.as_of]


def entered(
    actor: Actor, lens: Lens, *, program: str = "", text: str = "", number: int, size: int
) -> tuple[list[tuple[Entry, str]], int]:
    """One page of the entries of sites into programs that an actor may see, by site; and how many there are.

    Under an earlier knowledge those that were known then, by the names of then.
    """
    if lens.known_at is not None:
        known = certifications.listed(actor, lens, program=program, text=text)
        lines = sorted(((one.entry, one.name) for one in known), key=lambda one: (folded(one[1]), one[0].scope_id))
        return lines[(number - 1) * size : number * size], min(len(lines), MOST_COUNTED)
    query = select(Scope, Site.name).join(Site, Site.id == Scope.site_id).where(Scope.program_id.is_not(None))
    if not actor.everywhere:
        query = query.where(or_(Scope.id.in_(actor.scopes), Scope.program_id.in_(actor.programs)))
    if program:
        query = query.where(Scope.program_id == programs.key(program))
    if text.strip():
        query = query.where(Site.name.icontains(text.strip(), autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())) or 0
    rows = db.session.execute(query.order_by(Site.folded, Scope.id).limit(size).offset((number - 1) * size))
    found = [
        (Entry(s.id, s.site_id, s.program_id, programs.by_key(s.program_id)), name) for s, name in rows if s.program_id
    ]
    return found, total
