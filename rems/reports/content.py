"""What the compliance report of a site says, as plain values: the digest on each page is the digest of exactly this."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from rems.certification.queries import Standing
from rems.certification.roster import at_work, clinics, roster
from rems.certification.rules import Finding, FindingState
from rems.core.clock import day_in
from rems.core.lens import Lens
from rems.events.models import AdverseEvent
from rems.programs import queries as programs
from rems.reports import queries, rules
from rems.reports.queries import GivenInfusion
from rems.sites.models import Site
from rems.sites.rules import ROLE_WORDS
from rems.stock import queries as stock
from rems.stock import shown
from rems.stock.outlook import ahead

CHART_DAYS = 15  # before and after the day that is asked about
AHEAD_DAYS = 42


@dataclass(frozen=True)
class Line:
    """One requirement: how it stands, why, and where it was read."""

    code: str
    title: str
    state: FindingState
    why: str
    ncit_code: str
    verified: bool


@dataclass(frozen=True)
class LotLine:
    lot: str
    location: str
    strength_mg: int
    vials: int
    expires_on: date


@dataclass(frozen=True)
class PersonLine:
    name: str
    role: str
    since: date


@dataclass(frozen=True)
class EventLine:
    case_number: str
    term: str
    grade: int | None
    serious: bool
    day_zero: date


@dataclass(frozen=True)
class Doses:
    """Doses on hand and asked for, from day to day; each pair is a day and the number from it on."""

    start: date
    end: date
    weight_kg: int
    on_hand: tuple[tuple[date, int], ...]
    asked: tuple[tuple[date, int], ...]
    expiries: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Outlook:
    """The doses of the weeks ahead as lots expire, and those asked for with the infusions planned under the program.

    `words` says when it will be short; empty: there are enough. What comes in or is given later is not known yet.
    """

    until: date
    on_hand: tuple[tuple[date, int], ...]
    wanted: tuple[tuple[date, int], ...]
    short_on: date | None
    short_until: date
    words: str


@dataclass(frozen=True)
class Content:
    """All sections of the report. The moment of its making and who asked are not part of it."""

    site_id: UUID
    program: str
    version: str
    rules: str
    as_of: date
    known_at: str
    certified: bool
    certificate: str
    sentence: str
    clinics: int
    lines: tuple[Line, ...]
    lots: tuple[LotLine, ...]
    doses: Doses
    outlook: Outlook
    people: tuple[PersonLine, ...]
    infusions: tuple[GivenInfusion, ...]
    events: tuple[EventLine, ...]
    signatures: tuple[str, ...]


def gather(site: Site, standing: Standing, signatures: tuple[str, ...]) -> Content:
    """Look up every section under the lens of the standing, whose `known_at` is set."""
    lens, scope_id, version = standing.lens, standing.entry.scope_id, standing.version
    if lens.known_at is None:
        raise ValueError("a report says what was known at a moment; its lens needs one")
    lots = stock.lots(site.id, lens)
    return Content(
        site_id=site.id,
        program=standing.entry.program.code,
        version=version.version if version else "",
        rules=version.digest if version else "",
        as_of=lens.as_of,
        known_at=lens.known_at.isoformat(),
        certified=standing.certified,
        certificate=standing.certificate.number if standing.certificate else "",
        sentence=standing.sentence,
        clinics=clinics(site.id, lens),
        lines=tuple(map(_line, standing.findings)),
        lots=tuple(
            LotLine(one.lot.called, one.location, one.lot.strength_mg, one.vials, one.lot.expires_on) for one in lots
        ),
        doses=_doses(site, standing),
        outlook=_outlook(site, standing),
        people=tuple(
            PersonLine(m.name, ROLE_WORDS[m.role], m.from_on) for m in at_work(roster(site.id, lens), lens.as_of)
        ),
        infusions=tuple(queries.infusions(scope_id, lens)),
        events=tuple(map(_event, queries.events(scope_id, lens))),
        signatures=signatures,
    )


def _line(finding: Finding) -> Line:
    asked = finding.requirement
    return Line(asked.code, asked.title, finding.state, finding.why, asked.ncit_code or "", asked.confidence.verified)


def _event(row: AdverseEvent) -> EventLine:
    return EventLine(row.case_number, row.term, row.grade, bool(row.seriousness), row.day_zero)


def _doses(site: Site, standing: Standing) -> Doses:
    """Fifteen days before and after the day, but no day after the moment of knowledge."""
    lens, program = standing.lens, standing.entry.program
    weight = programs.reference_weight_kg(lens.known_at)
    start, end = lens.as_of - timedelta(days=CHART_DAYS), lens.as_of + timedelta(days=CHART_DAYS)
    if lens.known_at is not None:
        end = max(min(end, day_in(site.timezone, lens.known_at)), lens.as_of)
    changes = queries.changes(site.id, Lens(end, lens.known_at))

    def asked(day: date) -> int:
        version = program.version_on(day)
        return version.tocilizumab.doses if version else 0

    return Doses(
        start,
        end,
        weight,
        tuple(rules.doses_through(changes, start=start, end=end, weight_kg=weight)),
        tuple(rules.asked_through(asked, start=start, end=end)),
        tuple((day, f"Lot {lot} expires") for day, lot in rules.expiring(changes, start=start, end=end)),
    )


def _outlook(site: Site, standing: Standing) -> Outlook:
    """Of the patients of this program alone: whoever asks gets the same."""
    lens, version = standing.lens, standing.version
    weight = programs.reference_weight_kg(lens.known_at)
    planned = shown.planned_doses(site, lens, AHEAD_DAYS, program_id=standing.entry.program_id)
    asked = version.tocilizumab.doses if version else 0
    look = ahead(weight, stock.on_hand(site.id, lens), lens.as_of, asked=asked, days=AHEAD_DAYS, planned=planned)
    return Outlook(look.until, look.points, look.wanted, look.short_on, look.short_until, look.words)
