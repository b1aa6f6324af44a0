"""What a site has given, which of its programs each piece serves, and which it could serve besides. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rems.evidence.rules import EvidenceKind, why_not
from rems.programs.rules import Ask, Attestation, Program, Requirement, Version

SOON_DAYS = 30
OF_ITSELF = frozenset({Ask.SITE_HAS, Ask.EVENT_DRIVEN})


@dataclass(frozen=True)
class Kept:
    """A piece of evidence as it stands under one program. `root_id` is the same wherever the site put it."""

    id: UUID
    root_id: UUID
    program_id: UUID
    kind: EvidenceKind
    about: UUID
    holds_on: date
    until_on: date | None
    summary: str

    @property
    def shared(self) -> bool:
        return self.id != self.root_id

    def ends_soon(self, on: date) -> bool:
        return self.until_on is not None and (self.until_on - on).days <= SOON_DAYS


@dataclass(frozen=True)
class Item:
    """A piece that the site gave once, and how it stands under each program that it serves."""

    root_id: UUID
    kind: EvidenceKind
    about: UUID
    summary: str
    holds_on: date
    under: Mapping[UUID, Kept]


def items(kept: Iterable[Kept]) -> tuple[Item, ...]:
    """One item for each piece, the newest first."""
    found: dict[UUID, dict[UUID, Kept]] = {}
    for one in kept:
        found.setdefault(one.root_id, {})[one.program_id] = one
    made = []
    for root_id, under in found.items():
        first = next((k for k in under.values() if not k.shared), next(iter(under.values())))
        made.append(Item(root_id, first.kind, first.about, first.summary, first.holds_on, under))
    return tuple(sorted(made, key=lambda i: (i.holds_on, i.root_id), reverse=True))


@dataclass(frozen=True)
class Wanted:
    """A program that a site is in, on a day: its version, and about whom its requirements are asked."""

    program_id: UUID
    version: Version | None
    site_id: UUID
    representative_id: UUID | None = None
    staff_ids: tuple[UUID, ...] = ()

    def subjects(self, asked: Requirement) -> tuple[UUID, ...]:
        """About whom evidence of a requirement must be."""
        if asked.ask in OF_ITSELF:
            return (self.site_id,)
        if asked.ask is Ask.REPRESENTATIVE_HAS:
            return (self.representative_id,) if self.representative_id else ()
        return self.staff_ids if asked.ask is Ask.EACH_STAFF_HAS else ()


def could_serve(
    wanted: Wanted, kept: Sequence[Kept], versions: Mapping[UUID, Version | None], *, only: Collection[str] = ()
) -> tuple[Kept, ...]:
    """The pieces of other programs that would fill what this one lacks: the newest for each kind and subject.

    `versions` are those in force of each program; `only` limits it to requirements of these codes. Evidence of an older
    edition than the material in use fills nothing.
    """
    if wanted.version is None:
        return ()
    here = {(k.kind, k.about) for k in kept if k.program_id == wanted.program_id}
    found: dict[tuple[EvidenceKind, UUID], Kept] = {}
    for asked in wanted.version.requirements:
        if asked.evidence is None or (only and asked.code not in only):
            continue
        needed = {(asked.evidence, subject) for subject in wanted.subjects(asked)} - here
        for piece in kept:
            key = (piece.kind, piece.about)
            if key not in needed or piece.holds_on < _not_before(wanted.version, asked.code):
                continue
            if why_not(piece.kind, given=versions.get(piece.program_id), wanted=wanted.version):
                continue
            if key not in found or _lasts(piece) > _lasts(found[key]):
                found[key] = piece
    return tuple(sorted(found.values(), key=lambda k: (k.kind, k.summary)))


def _not_before(version: Version, code: str) -> date:
    """From which day on evidence counts: that of the newest material that renews the requirement."""
    return max((m.from_on for m in version.materials if code in m.renews), default=date.min)


def _lasts(piece: Kept) -> tuple[date, date, bool]:
    """What ends later is better; of two, the newer; of two of one day, the one that was given first."""
    return piece.until_on or date.max, piece.holds_on, not piece.shared


@dataclass(frozen=True)
class Compared:
    """The statements of one program beside another's: each that differs, with the other's wording if it has one."""

    other: Program
    whole: int
    differ: tuple[tuple[Attestation, Attestation | None], ...]

    @property
    def words(self) -> str:
        """`3 of 14 statements differ from KYMRIAH REMS`."""
        if not self.differ:
            return f"All {self.whole} statements are those of {self.other.title}"
        verb = "differs" if len(self.differ) == 1 else "differ"
        return f"{len(self.differ)} of {self.whole} statements {verb} from {self.other.title}"


def compared(asked: Sequence[Attestation], others: Iterable[tuple[Program, Sequence[Attestation]]]) -> Compared | None:
    """The statements asked by a program beside those of the other program that is nearest to it; None without one.

    Statements are the same when their words are; spaces and capitals do not matter.
    """
    found = [_beside(asked, other, theirs) for other, theirs in others if asked and theirs]
    return min(found, key=lambda c: (len(c.differ), c.other.title), default=None)


def _beside(asked: Sequence[Attestation], other: Program, theirs: Sequence[Attestation]) -> Compared:
    known = {_plain(a.text) for a in theirs}
    by_code = {a.code: a for a in theirs}
    return Compared(other, len(asked), tuple((a, by_code.get(a.code)) for a in asked if _plain(a.text) not in known))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
