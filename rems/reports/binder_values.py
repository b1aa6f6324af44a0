"""What stands in the binder of a site, as plain values. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.reports.content import Line, LotLine


@dataclass(frozen=True)
class PlaceLine:
    """A node of the site's tree; `depth` 0 is the hospital."""

    name: str
    kind: str
    depth: int


@dataclass(frozen=True)
class ContactLine:
    """Whom to reach about what."""

    role: str
    name: str
    phone: str
    email: str
    preferred: str


@dataclass(frozen=True)
class PersonLine:
    """Who worked at the site, and what stands for the person under which programs."""

    name: str
    role: str
    from_on: date
    until_on: date | None
    taken: tuple[str, ...]


@dataclass(frozen=True)
class PieceLine:
    what: str
    about: str
    summary: str
    holds_on: date
    until_on: date | None
    programs: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    code: str
    text: str


@dataclass(frozen=True)
class Signed:
    """A signature as it is printed, and how it stands against its record."""

    name: str
    meaning: str
    moment: datetime
    zone: str
    digest: str
    valid: bool
    word: str


@dataclass(frozen=True)
class ActLine:
    """What somebody did about the certification, from a day on."""

    on: date
    what: str
    by: str
    reason: str


@dataclass(frozen=True)
class InvokedLine:
    """An exception of the authority that the site invoked."""

    code: str
    from_on: date
    until_on: date | None
    reason: str


@dataclass(frozen=True)
class DeviationLine:
    """A deviation from what the program asks, open or closed on the day; one of an audit is a finding of it."""

    found_on: date
    severity: str
    source: str
    summary: str
    closed_on: date | None


@dataclass(frozen=True)
class AuditLine:
    """An audit under the program: its number, how and when it was held or is planned, where it stands, its findings."""

    number: str
    format: str
    on: date
    state: str
    findings: int
    open: int


@dataclass(frozen=True)
class ProgramPart:
    """One program of the site: how it stands, its enrollment form, its certificate."""

    code: str
    title: str
    version: str
    rules: str
    state: str
    since: date | None
    sentence: str
    representative: str
    certificate: str
    certified_on: date | None
    certificate_signatures: tuple[Signed, ...]
    form_on: date | None
    form_version: str
    statements: tuple[Statement, ...]
    form_signatures: tuple[Signed, ...]
    lines: tuple[Line, ...]
    acts: tuple[ActLine, ...]
    invoked: tuple[InvokedLine, ...]
    deviations: tuple[DeviationLine, ...]
    audits: tuple[AuditLine, ...]


@dataclass(frozen=True)
class Binder:
    """All sections of the binder. The moment of its making and who asked are not part of it."""

    site_id: UUID
    name: str
    details: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...]
    contacts: tuple[ContactLine, ...]
    places: tuple[PlaceLine, ...]
    as_of: date
    known_at: str
    people: tuple[PersonLine, ...]
    programs: tuple[ProgramPart, ...]
    pieces: tuple[PieceLine, ...]
    lots: tuple[LotLine, ...]
    doses: int
    weight_kg: int
    saved: int
