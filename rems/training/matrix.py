"""People by what a program asks of them: who is asked what, and what stands for it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rems.programs.rules import Ask, EvidenceKind, Program, Requirement, Version
from rems.sites.rules import RELEVANT, StaffRole, said
from rems.training.rules import KIND_WORDS

WORDS: dict[EvidenceKind, str] = {
    **{EvidenceKind(kind): words for kind, words in KIND_WORDS.items()},
    EvidenceKind.KNOWLEDGE_ASSESSMENT: "Knowledge assessment",
}
ASKED_OF_PEOPLE = frozenset({Ask.EACH_STAFF_HAS, Ask.REPRESENTATIVE_HAS})


@dataclass(frozen=True)
class Known:
    """A person as the matrix needs it: `taken` holds the newest day per kind, `failed` the newest failed try."""

    name: str
    role: StaffRole
    represents: bool
    taken: Mapping[EvidenceKind, date] = field(default_factory=dict)
    failed: tuple[date, str] | None = None


@dataclass(frozen=True)
class Cell:
    """What stands for one requirement: met with the day, or what is missing, as state and words."""

    state: str
    words: str

    @property
    def met(self) -> bool:
        return self.state == "met"


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


def matrix(asked: Sequence[Requirement], people: Iterable[Known]) -> tuple[Row, ...]:
    """A row per person: those with a gap first, then by name."""
    rows = [Row(person, tuple(_cell(r, person) for r in asked)) for person in people]
    return tuple(sorted(rows, key=lambda row: (-row.gaps, not row.asked, row.person.name)))


def tallies(asked: Sequence[Requirement], rows: Sequence[Row]) -> tuple[Tally, ...]:
    """Per requirement: how many of those asked have it, and who does not."""
    found = []
    for place, requirement in enumerate(asked):
        cells = [(row.person.name, cell) for row in rows if (cell := row.cells[place]) is not None]
        missing = tuple(name for name, cell in cells if not cell.met)
        found.append(Tally(requirement, len(cells) - len(missing), len(cells), missing))
    return tuple(found)


def _cell(requirement: Requirement, person: Known) -> Cell | None:
    of_everybody = requirement.ask is Ask.EACH_STAFF_HAS
    if not (person.role in RELEVANT if of_everybody else person.represents):
        return None
    if requirement.evidence and (on := person.taken.get(requirement.evidence)):
        return Cell("met", said(on))
    if requirement.evidence is EvidenceKind.KNOWLEDGE_ASSESSMENT and person.failed:
        tried_on, score = person.failed
        return Cell("late", f"Not passed {said(tried_on)}, {score}")
    return Cell("late", "Missing")
