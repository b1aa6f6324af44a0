"""People by what a program asks of them: who is asked what, and what stands for it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from rems.programs.aging import Renewal, last_day, next_renewal, renewed_by
from rems.programs.rules import Ask, EvidenceKind, Program, Requirement, Version
from rems.sites.rules import RELEVANT, StaffRole, said
from rems.training.rules import KIND_WORDS

WORDS: dict[EvidenceKind, str] = {
    **{EvidenceKind(kind): words for kind, words in KIND_WORDS.items()},
    EvidenceKind.KNOWLEDGE_ASSESSMENT: "Knowledge assessment",
}
SOON_DAYS = 30
ASKED_OF_PEOPLE = frozenset({Ask.EACH_STAFF_HAS, Ask.REPRESENTATIVE_HAS})


@dataclass(frozen=True)
class Known:
    """A person as the matrix needs it: `taken` holds the newest day per kind, `failed` the newest failed try.

    `waits`: a one-time link to the assessment is out.
    """

    name: str
    role: StaffRole
    represents: bool
    taken: Mapping[EvidenceKind, date] = field(default_factory=dict)
    failed: tuple[date, str] | None = None
    id: UUID | None = None
    waits: bool = False


@dataclass(frozen=True)
class Cell:
    """What stands for one requirement, as state and words: met with the day, due soon, or what is missing."""

    state: str
    words: str

    @property
    def met(self) -> bool:
        """Met today, also when it is due soon."""
        return self.state in ("met", "soon")

    @property
    def due(self) -> bool:
        return self.state == "soon"


@dataclass(frozen=True)
class Row:
    """One person, a cell per requirement; None: not asked of this person."""

    person: Known
    cells: tuple[Cell | None, ...]

    @property
    def asked(self) -> bool:
        return any(self.cells)

    @property
    def gaps(self) -> int:
        return sum(cell is not None and not cell.met for cell in self.cells)

    @property
    def due(self) -> int:
        return sum(cell is not None and cell.due for cell in self.cells)

    @property
    def state(self) -> str:
        """late with a gap, soon with something that is due, met, or off: nothing is asked."""
        return "late" if self.gaps else "soon" if self.due else "met" if self.asked else "off"


@dataclass(frozen=True)
class Tally:
    """One requirement over all people it is asked of."""

    requirement: Requirement
    met: int
    asked: int
    missing: tuple[str, ...]

    @property
    def words(self) -> str:
        """`13 of 14. No record for Ada Moss.`"""
        if not self.asked:
            return "Nobody of this day's staff is asked."
        shown = ", ".join(self.missing[:3])
        more = f" and {len(self.missing) - 3} more" if len(self.missing) > 3 else ""
        return f"{self.met} of {self.asked}." + (f" Missing: {shown}{more}." if self.missing else "")


def requirements(version: Version | None) -> tuple[Requirement, ...]:
    """What a version asks of people by training or assessment; nothing while no version is in force."""
    asked = version.requirements if version else ()
    return tuple(r for r in asked if r.ask in ASKED_OF_PEOPLE and r.evidence in WORDS)


def pass_mark(program: Program) -> int | None:
    """The pass mark (percent) of the program's newest version; None where it is not established."""
    asked = [r for version in program.versions for r in requirements(version)]
    marks = [mark for r in asked if isinstance(mark := r.parameters.get("pass_mark_percent"), int)]
    return marks[-1] if marks else None


def title(requirement: Requirement) -> str:
    """A requirement as the head of a column: what, and whether it is the representative who is asked."""
    words = WORDS[requirement.evidence] if requirement.evidence else requirement.title
    return f"{words}, representative" if requirement.ask is Ask.REPRESENTATIVE_HAS else words


def matrix(
    version: Version | None, people: Iterable[Known], on: date, editions: Sequence[Renewal] = ()
) -> tuple[Row, ...]:
    """A row per person on a day: those with a gap first, then those with something due, then by name.

    `editions`: those published that ask for a training anew, also those that come within the days of `SOON_DAYS`.
    """
    columns = [(r, version and _edition(r, version, editions, on)) for r in requirements(version)]
    rows = [Row(person, tuple(_cell(r, e or (None, None), person, on) for r, e in columns)) for person in people]
    return tuple(sorted(rows, key=lambda row: (-row.gaps, -row.due, not row.asked, row.person.name)))


Editions = tuple[Renewal | None, Renewal | None]
"""The newest edition that renews a requirement, and the next one that will."""


def _edition(asked: Requirement, version: Version, editions: Sequence[Renewal], on: date) -> Editions:
    soon = on + timedelta(days=SOON_DAYS)
    return renewed_by(asked, version, editions, on), next_renewal(asked, version, editions, after=on, by=soon)


def tallies(asked: Sequence[Requirement], rows: Sequence[Row]) -> tuple[Tally, ...]:
    """Per requirement: how many of those asked have it, and who does not."""
    found = []
    for place, requirement in enumerate(asked):
        cells = [(row.person.name, cell) for row in rows if (cell := row.cells[place]) is not None]
        missing = tuple(name for name, cell in cells if not cell.met)
        found.append(Tally(requirement, len(cells) - len(missing), len(cells), missing))
    return tuple(found)


def _cell(requirement: Requirement, editions: Editions, person: Known, on: date) -> Cell | None:
    of_everybody = requirement.ask is Ask.EACH_STAFF_HAS
    if not (person.role in RELEVANT if of_everybody else person.represents):
        return None
    taken = person.taken.get(requirement.evidence) if requirement.evidence else None
    if taken:
        return _aged(requirement, editions, taken, on)
    if requirement.evidence is EvidenceKind.KNOWLEDGE_ASSESSMENT:
        if person.waits:
            return Cell("wait", "Link sent")
        if person.failed:
            tried_on, score = person.failed
            return Cell("late", f"Not passed {said(tried_on)}, {score}")
    return Cell("late", "Missing")


def _aged(requirement: Requirement, editions: Editions, taken: date, on: date) -> Cell:
    """What was taken on a day, as it counts on another; of what ends it soon, what comes first."""
    now, later = editions
    last = last_day(requirement, taken)
    if now and taken < now.from_on:
        return Cell("late", f"{said(taken)}, before {now.edition} of {said(now.from_on)}")
    if last and last < on:
        return Cell("late", f"Expired {said(last)}")
    if later and not (last and last < later.from_on):
        return Cell("soon", f"{later.edition.capitalize()} from {said(later.from_on)}")
    if last:
        return Cell("soon" if (last - on).days <= SOON_DAYS else "met", f"Until {said(last)}")
    return Cell("met", said(taken))
