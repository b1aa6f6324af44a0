"""What the page of a site's evidence shows: each piece and where it serves, and what is left to do for each program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from rems.certification import queries
from rems.certification.library import Compared, Item, Kept, Wanted, compared, could_serve, items
from rems.certification.queries import Standing
from rems.certification.roster import representative, roster
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.programs.rules import Attestation, Program
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import PROCESS_WORDS, RELEVANT, last_open_day
from rems.trail.rows import rows_known_at
from rems.training.matrix import WORDS

KIND_WORDS: dict[EvidenceKind, str] = {
    **WORDS,
    **PROCESS_WORDS,
    EvidenceKind.REPRESENTATIVE_DESIGNATED: "Representative designated",
    EvidenceKind.ENROLLMENT_FORM: "Enrollment form",
    EvidenceKind.AUDIT_FINDING: "Audit finding",
}


def kind_words(kind: EvidenceKind) -> str:
    """What people call a kind of evidence."""
    return KIND_WORDS.get(kind) or kind.value.replace("-", " ").capitalize()


@dataclass(frozen=True)
class Column:
    """A program of the site on the day: how the site stands, what it shows there, and what it could show besides."""

    entry: Entry
    standing: Standing
    pieces: int
    shared: int
    offers: tuple[Kept, ...]
    statements: Compared | None

    @property
    def program(self) -> Program:
        return self.entry.program

    @property
    def key(self) -> UUID:
        return self.entry.program_id

    @property
    def open(self) -> bool:
        return self.standing.version is not None


@dataclass(frozen=True)
class Library:
    """All of it under one lens. `names` are those of the people; what is about nobody of them is about the site."""

    columns: tuple[Column, ...]
    items: tuple[Item, ...]
    names: Mapping[UUID, str]

    @property
    def serving_several(self) -> int:
        return sum(len(item.under) > 1 for item in self.items)

    @property
    def saved(self) -> int:
        """How many records the site did not have to make once more."""
        return sum(len(item.under) - 1 for item in self.items)

    @property
    def gaps(self) -> int:
        return sum(len(c.standing.gaps) for c in self.columns)

    def about(self, item: Item | Kept) -> str:
        return self.names.get(item.about, "The site")


def library(actor: Actor, site: Site, lens: Lens) -> Library:
    """What the actor may see of a site's evidence: a site all of it, a sponsor what stands under its program."""
    entries = entered(actor, site.id, lens)
    kept = [kept_of(row) for row in evidence.library(site.id, lens)]
    found = items(kept)
    people, listed = details.people(site.id, lens), roster(site.id, lens)
    staff = tuple(p.id for p in people if p.there(lens.as_of) and p.role in RELEVANT)
    standings = {e.scope_id: queries.standing(actor, e, lens) for e in entries}
    versions = {e.program_id: standings[e.scope_id].version for e in entries}
    columns = []
    for entry in entries:
        signer, _ = representative(entry.scope_id, listed, lens)
        standing = standings[entry.scope_id]
        wanted = Wanted(entry.program_id, standing.version, site.id, signer.id if signer else None, staff)
        here = [item for item in found if entry.program_id in item.under]
        columns.append(
            Column(
                entry,
                standing,
                len(here),
                sum(len(item.under) > 1 for item in here),
                could_serve(wanted, kept, versions),
                statements(entry, entries, lens),
            )
        )
    return Library(tuple(columns), found, {p.id: p.name for p in people})


def entered(actor: Actor, site_id: UUID, lens: Lens) -> list[Entry]:
    """The programs that the site was known to have entered, each as it was known, as far as the actor may see."""
    found = sites.entries(actor, site_id)
    if lens.known_at is None:
        return found
    known = rows_known_at("scope", [entry.scope_id for entry in found], lens.known_at)
    return [
        replace(entry, program=programs.as_known(entry.program, lens.known_at))
        for entry in found
        if entry.scope_id in known
    ]


def kept_of(row: Evidence) -> Kept:
    if row.program_id is None:
        raise ValueError("evidence stands under a program")
    return Kept(row.id, row.root_id, row.program_id, row.kind, row.subject_id, row.holds_on, row.until_on, row.summary)


def statements(entry: Entry, entries: Sequence[Entry], lens: Lens) -> Compared | None:
    """The statements of a program beside the nearest of the site's others; of a closed one, those asked last."""

    def asked(one: Entry) -> tuple[Program, tuple[Attestation, ...]]:
        day = last_open_day(one.program, today=lens.as_of)
        return one.program, one.program.attestations_on(day) if day else ()

    others = [asked(other) for other in entries if other.scope_id != entry.scope_id]
    return compared(entry.program.attestations_on(lens.as_of), others)
