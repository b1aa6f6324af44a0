"""A follow-up schedule as frozen values: which visits, when, and what is asked. Pure."""

from dataclasses import dataclass

from rems.programs.terms import Confidence, Quantity, VisitKind


@dataclass(frozen=True)
class Question:
    """Something that is asked at each visit of a schedule."""

    code: str
    title: str
    confidence: Confidence


@dataclass(frozen=True)
class LabTest:
    """A laboratory test of a schedule: first at the spans in `due`, then every so often until a year after infusion.

    `condition` says in words what starts, ends or replaces it. None and empty: not established.
    """

    code: str
    title: str
    due: tuple[Quantity, ...]
    then_every: Quantity | None
    until: Quantity | None
    condition: str
    confidence: Confidence
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class VisitPlan:
    """One visit, counted from the infusion. Its window is days from the infusion (`opens`, `closes`), or days around
    the target (`before`, `after`); all None: no window is established."""

    code: str
    title: str
    kind: VisitKind
    offset: Quantity
    opens: int | None
    closes: int | None
    before: int | None
    after: int | None
    asks: tuple[str, ...]
    confidence: Confidence
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """The visits of a track, one plan per visit, in order."""

    code: str
    title: str
    duration: Quantity
    visits: tuple[VisitPlan, ...]
    questions: tuple[Question, ...]
    sources: tuple[str, ...]
    applies_to: str = ""
    forms: tuple[str, ...] = ()
    note: str = ""
    laboratory: tuple[LabTest, ...] = ()
