"""What a version of a program asks, and what may be laid over it, as frozen values. Pure."""

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
    Quantity,
    Stage,
    Stop,
    Subject,
    TriggerEffect,
    TriggerKind,
)

Parameter: TypeAlias = "Quantity | str | int | bool | None"


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
