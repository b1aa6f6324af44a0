"""A program as frozen values: what it asks, of whom, from when until when, and how sure each value is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rems.programs.duties import (
    Material,
    Parameter,
    Removal,
    Requirement,
    RuleException,
    TocilizumabRule,
    Trigger,
    Version,
)
from rems.programs.terms import (
    Ask,
    Cadence,
    Confidence,
    EvidenceKind,
    Party,
    ProgramKind,
    ProgramStatus,
    Quantity,
    Stage,
    Start,
    Stop,
    Subject,
    TriggerEffect,
    TriggerKind,
    Unit,
    VisitKind,
)
from rems.programs.tracks import LabTest, Question, Schedule, VisitPlan

__all__ = [  # words of other files that belong to a program, so that upper floors need one import
    "Ask",
    "Cadence",
    "Confidence",
    "EvidenceKind",
    "LabTest",
    "Material",
    "Parameter",
    "Party",
    "ProgramKind",
    "ProgramStatus",
    "Quantity",
    "Question",
    "Removal",
    "Requirement",
    "RuleException",
    "Schedule",
    "Stage",
    "Start",
    "Stop",
    "Subject",
    "TocilizumabRule",
    "Trigger",
    "TriggerEffect",
    "TriggerKind",
    "Unit",
    "Version",
    "VisitKind",
    "VisitPlan",
]


@dataclass(frozen=True)
class Source:
    """Where a value was read; `code` such as S09 is what `sources` name."""

    code: str
    title: str
    address: str


@dataclass(frozen=True)
class Owner:
    """Who holds the license or runs the program, from a day to a day; days None: not established, or open."""

    name: str
    from_on: date | None
    until_on: date | None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Closure:
    """From `on` the program asks nothing any more."""

    on: date
    reason: str
    sources: tuple[str, ...] = ()
    confidence: Confidence = Confidence.UNCERTAIN


@dataclass(frozen=True)
class ReportingClock:
    """A legal limit for a report. `when` holds what must be true of a case; `limit` None: no limit is established."""

    code: str
    who: Party
    what: str
    when: Mapping[str, bool]
    limit: Quantity | None
    start: Start
    cite: str
    destination: str
    effective_to: date | None
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    name: str
    inn: str
    target: str
    license: str | None = None
    authorized_on: date | None = None
    joined_on: date | None = None  # when it came under a program that was there already
    note: str = ""


@dataclass(frozen=True)
class Attestation:
    """A statement that the representative signs; `effective_to` is the last day on which it was asked."""

    code: str
    text: str
    effective_to: date | None = None
    confidence: Confidence = Confidence.UNCERTAIN


@dataclass(frozen=True)
class LabeledMonitoring:
    """What the label advised after the infusion while the program was open; `daily_for` None: no daily span is set."""

    monitoring: str
    proximity: Quantity | None
    no_driving: Quantity | None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    daily_for: Quantity | None = None


@dataclass(frozen=True)
class AssessmentTimetable:
    """When the sponsor owes the authority an assessment of the program, counted from approval."""

    code: str
    title: str
    due: tuple[Quantity, ...]
    then_every: Quantity | None
    interval_ends_before_due: Quantity | None
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Local:
    """What the sources do not establish and this installation decided for a program (config/programs/local.yaml).

    `graces`: how long a site has after a trigger. `overridden_by`: the role that may override a stop before an
    infusion; empty: nobody. `audit_first_within`, `audit_every`: when sites are audited. `pass_mark_percent` and
    `max_attempts` (0: no limit) are those of knowledge assessments. `contact_attempts`: how often somebody tries to
    reach a patient before follow-up counts as lost.
    """

    graces: Mapping[TriggerKind, Quantity] = field(default_factory=dict)
    overridden_by: str = ""
    audit_first_within: Quantity | None = None
    audit_every: Quantity | None = None
    pass_mark_percent: int | None = None
    max_attempts: int | None = None
    contact_attempts: int | None = None


@dataclass(frozen=True)
class Program:
    """A set of duties under an authority. `tracks` are schedule codes, the first is the default."""

    code: str
    title: str
    kind: ProgramKind
    status: ProgramStatus
    authority: str
    jurisdiction: str
    sponsor: str
    products: tuple[Product, ...]
    goal: str
    closure: Closure | None
    versions: tuple[Version, ...]
    tracks: tuple[str, ...]
    clocks: tuple[ReportingClock, ...]
    attestations: tuple[Attestation, ...]
    calendar: str | None = None
    status_note: str = ""
    tracks_note: str = ""
    attestations_note: str = ""
    elements: str = ""
    labeled_monitoring: LabeledMonitoring | None = None
    assessments_note: str = ""
    assessments: AssessmentTimetable | None = None
    owners: tuple[Owner, ...] = ()
    exceptions: tuple[RuleException, ...] = ()
    local: Local = field(default_factory=Local)

    def owner_on(self, day: date) -> Owner | None:
        """Who held it on a day, as far as is known."""
        for owner in self.owners:
            begun = owner.from_on is None or owner.from_on <= day
            if begun and (owner.until_on is None or day <= owner.until_on):
                return owner
        return None

    def exception(self, code: str) -> RuleException | None:
        return next((e for e in self.exceptions if e.code == code), None)

    def version_on(self, day: date) -> Version | None:
        """The version in force on a day; None before the first, between two, or from the closure on."""
        if self.closure and day >= self.closure.on:
            return None
        for version in self.versions:
            if version.effective_from <= day and (version.effective_to is None or day <= version.effective_to):
                return version
        return None

    def is_open(self, day: date) -> bool:
        """Does the program ask anything on that day?"""
        return self.version_on(day) is not None

    def attestations_on(self, day: date) -> tuple[Attestation, ...]:
        """The statements that the enrollment form of that day asks for; none while the program is not open."""
        if not self.is_open(day):
            return ()
        return tuple(a for a in self.attestations if a.effective_to is None or day <= a.effective_to)


@dataclass(frozen=True)
class WithoutRems:
    """A product that never had a REMS in the jurisdiction; labels and follow-up still bind it."""

    name: str
    inn: str
    owners: tuple[Owner, ...]
    confidence: Confidence
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All that config/programs says. `digest` covers everything in it but `places`, which say where each part stands.

    A place is found by the names that lead to it, such as program, version, "requirements", code.
    """

    programs: Mapping[str, Program]
    schedules: Mapping[str, Schedule]
    digest: str
    sources: Mapping[str, Source] = field(default_factory=dict)
    without_rems: tuple[WithoutRems, ...] = ()
    timetables: Mapping[str, AssessmentTimetable] = field(default_factory=dict)
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict, compare=False, repr=False)
