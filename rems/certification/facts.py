"""What findings are worked out from: plain frozen values of one site on one day, and the states of an answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from rems.programs.aging import Renewal
from rems.programs.rules import EvidenceKind, RuleException
from rems.sites.rules import RELEVANT, StaffRole


class FindingState(StrEnum):
    """How a requirement stands on a day. `due_soon` is met, but will not be for long."""

    MET = "met"
    NOT_MET = "not_met"
    MET_BY_EXCEPTION = "met_by_exception"
    NOT_ASKED = "not_asked"
    DUE_SOON = "due_soon"
    WAIVED = "waived"


Answer = tuple[FindingState, str]
"""A state, and the sentence that names the fact behind it."""


@dataclass(frozen=True)
class Piece:
    """One piece of evidence in force. `about` is its subject; `label` what people call that: a name or a number.

    For an infusion `patient_id` says whose it was. `until_on` None: in force until something supersedes it. `id` is the
    key of the record, by which a finding names what decided it.
    """

    kind: EvidenceKind
    about: UUID
    holds_on: date
    until_on: date | None = None
    summary: str = ""
    label: str = ""
    patient_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class Member:
    """A person who works at the site on the day."""

    id: UUID
    name: str
    role: StaffRole
    from_on: date

    @property
    def relevant(self) -> bool:
        """Whether the person prescribes, dispenses or administers."""
        return self.role in RELEVANT


@dataclass(frozen=True)
class Representative:
    """Who signs for the site, and since when; `former` is the name of the one before, empty if there was none."""

    id: UUID
    name: str
    since: date
    former: str = ""


@dataclass(frozen=True)
class Handover:
    """Another representative from a day on, and the first day on which that one signed an enrollment form after it."""

    since: date
    name: str
    former: str
    enrolled_on: date | None


@dataclass(frozen=True)
class Invoked:
    """An exception that the site relies on, from a day to a day (None: until it says otherwise), and what shows it."""

    exception: RuleException
    from_on: date
    until_on: date | None
    summary: str = ""

    def holds(self, on: date) -> bool:
        """Whether it applies on a day: the site relies on it, and the authority's days reach so far."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on) and self.exception.may_hold(on)


@dataclass(frozen=True)
class SiteFacts:
    """A site on one day. `evidence`: what is in force about the site and its people, and about the infusions, patients
    and cases of the 365 days before.

    `doses` are those on hand for a patient of `weight_kg`. `asked_since`: the day from which a requirement has been
    asked without a break; an infusion before it owes nothing. `left` names a representative who works there no more.
    `handovers`: every change of the representative up to the day, oldest first; `lapsing` reads them. `editions`: those
    of courses that people must take anew.
    """

    site_id: UUID
    evidence: tuple[Piece, ...] = ()
    staff: tuple[Member, ...] = ()
    representative: Representative | None = None
    left: str = ""
    doses: int = 0
    weight_kg: int = 75
    certified_on: date | None = None
    last_infused_on: date | None = None
    asked_since: Mapping[str, date] = field(default_factory=dict)
    invoked: tuple[Invoked, ...] = ()
    handovers: tuple[Handover, ...] = ()
    editions: tuple[Renewal, ...] = ()

    @cached_property
    def _by_kind(self) -> Mapping[EvidenceKind, tuple[Piece, ...]]:
        found: dict[EvidenceKind, list[Piece]] = {}
        for piece in sorted(self.evidence, key=lambda p: p.holds_on):
            found.setdefault(piece.kind, []).append(piece)
        return {kind: tuple(pieces) for kind, pieces in found.items()}

    @cached_property
    def _newest(self) -> Mapping[tuple[EvidenceKind, UUID], Piece]:
        return {(p.kind, p.about): p for pieces in self._by_kind.values() for p in pieces}

    def of(self, kind: EvidenceKind | None) -> tuple[Piece, ...]:
        """The evidence of a kind, oldest first."""
        return self._by_kind.get(kind, ()) if kind else ()

    def newest(self, kind: EvidenceKind | None, about: UUID) -> Piece | None:
        """The newest evidence of a kind about one subject."""
        return self._newest.get((kind, about)) if kind else None

    @property
    def relevant_staff(self) -> tuple[Member, ...]:
        return tuple(m for m in self.staff if m.relevant)
