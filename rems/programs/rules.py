"""A program as frozen values: what it asks, of whom, from when until when, and how sure each value is. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

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
from rems.programs.tracks import Question, Schedule, VisitPlan

__all__ = [  # words of other files that belong to a program, so that upper floors need one import
    "Ask",
    "Cadence",
    "Confidence",
    "EvidenceKind",
    "Party",
    "ProgramKind",
    "ProgramStatus",
    "Quantity",
    "Question",
    "Schedule",
    "Stage",
    "Start",
    "Stop",
    "Subject",
    "TriggerEffect",
    "TriggerKind",
    "Unit",
    "VisitKind",
    "VisitPlan",
]

Parameter: TypeAlias = "Quantity | str | int | bool | None"


@dataclass(frozen=True)
class Source:
    """Where a value was read; `code` such as S09 is what `sources` name."""

    code: str
    title: str
    address: str


@dataclass(frozen=True)
class Requirement:
    """One duty of a version. A parameter that is None is not established.

    `stop`: what it does before an infusion while it is open. `shareable`: evidence of it given for one program may be
    put under another one too.
    """

    code: str
    title: str
    actor: Party
    subject: Subject
    stage: Stage
    ncit_code: str | None
    cadence: Cadence
    ask: Ask
    evidence: EvidenceKind | None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    confidence: Confidence = Confidence.UNCERTAIN
    sources: tuple[str, ...] = ()
    note: str = ""
    stop: Stop = Stop.LEGAL_STOP
    shareable: bool = False


@dataclass(frozen=True)
class TocilizumabRule:
    """Doses that must be on site for each patient, and how soon a further one must be in reach."""

    code: str
    doses: int
    administer_within: Quantity | None
    further_doses: int
    further_within: Quantity | None
    condition: str
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Removal:
    """A requirement of the version before that this one dropped."""

    code: str
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trigger:
    """What changes a certificate without an act. `cured_by`: the requirement that, met again, ends it.

    `grace` None: how long a site has is not established; unless the program's local settings say it, nothing lapses.
    """

    kind: TriggerKind
    cured_by: str | None
    effect: TriggerEffect
    grace: Quantity | None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Material:
    """A training material in an edition. From `from_on` the requirements in `renews` count only what is younger."""

    code: str
    title: str
    edition: str
    from_on: date
    renews: tuple[str, ...]
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleException:
    """A time-boxed rule that an authority lays over versions; it applies where a site invoked it, with evidence.

    `replaces` is the code of the tocilizumab rule that gives way to `rule`; `rule` None: to `alternative`, in words.
    `waives` are codes of requirements that are not asked while it is invoked. Days None: not established, no bound.
    """

    code: str
    title: str
    authority: str
    condition: str
    replaces: str | None
    rule: TocilizumabRule | None
    alternative: str
    waives: tuple[str, ...]
    effective_from: date | None
    effective_from_precision: str
    effective_from_confidence: Confidence
    effective_to: date | None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    digest: str = ""

    def may_hold(self, day: date) -> bool:
        """Whether the day lies within what the authority declared."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_to is None or day <= self.effective_to)


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
class Version:
    """The rules between two days, both included. `removed_unverified`: asked before, survival not established.

    `digest` is the SHA-256 of the rules alone: not of `effective_to`, nor of what is only said about them
    (confidence, sources, notes), so that a closing day or a better source does not make it another version.
    """

    version: str
    effective_from: date
    effective_from_confidence: Confidence
    effective_to: date | None
    requirements: tuple[Requirement, ...]
    tocilizumab: TocilizumabRule
    removed: tuple[Removal, ...] = ()
    removed_unverified: tuple[str, ...] = ()
    note: str = ""
    digest: str = ""
    triggers: tuple[Trigger, ...] = ()
    materials: tuple[Material, ...] = ()

    def requirement(self, code: str) -> Requirement | None:
        return next((r for r in self.requirements if r.code == code), None)


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


@dataclass(frozen=True)
class Attestation:
    """A statement that the representative signs; `effective_to` is the last day on which it was asked."""

    code: str
    text: str
    effective_to: date | None = None
    confidence: Confidence = Confidence.UNCERTAIN


@dataclass(frozen=True)
class LabeledMonitoring:
    """What the label advised after the infusion while the program was open."""

    monitoring: str
    proximity: Quantity | None
    no_driving: Quantity | None
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssessmentTimetable:
    """When the sponsor owes the authority an assessment of the program, counted from approval."""

    due: tuple[Quantity, ...]
    then_every: Quantity | None
    interval_ends_before_due: Quantity | None
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Local:
    """What the sources do not establish and this installation decided for a program (config/programs/local.yaml).

    `graces`: how long a site has after a trigger. `overridden_by`: the role that may override a stop before an
    infusion; empty: nobody. `audit_first_within`, `audit_every`: when sites are audited.
    """

    graces: Mapping[TriggerKind, Quantity] = field(default_factory=dict)
    overridden_by: str = ""
    audit_first_within: Quantity | None = None
    audit_every: Quantity | None = None


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
    labeled_monitoring: LabeledMonitoring | None = None
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
class Catalogue:
    """All that config/programs says. `digest` covers everything in it."""

    programs: Mapping[str, Program]
    schedules: Mapping[str, Schedule]
    digest: str
    sources: Mapping[str, Source] = field(default_factory=dict)
