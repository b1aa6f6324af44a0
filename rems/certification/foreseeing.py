"""Hold every site of a program against a draft of it. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from rems.access.models import Scope
from rems.access.rules import Permission, require
from rems.certification.gathering import gather
from rems.certification.impact import SiteImpact, compare, first_day
from rems.certification.queries import stands
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import BadInput, SetupError
from rems.core.lens import Lens
from rems.programs import files
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.sites.models import Site
from rems.sites.queries import Entry, visible

AT_ONCE = 500  # sites whose facts are read together; memory stays small


@dataclass(frozen=True)
class Line:
    """One site and what the draft does to it."""

    site: Site
    entry: Entry
    impact: SiteImpact


@dataclass(frozen=True)
class Impact:
    """A draft held against the sites of its program on its first day. `lines` are those for which something changes."""

    draft: Program
    on: date
    sites: int
    lines: tuple[Line, ...]


def read_draft(folder: Path, content: bytes, name: str) -> Program:
    """The program of a file beside the ones of `folder`. Raises BadInput with every error and its line."""
    plain = Path(name.replace("\\", "/")).name or "draft.yaml"
    with TemporaryDirectory() as place:
        path = Path(place) / (plain if plain.endswith(".yaml") else f"{plain}.yaml")
        path.write_bytes(content)
        return draft_of(folder, path)


def draft_of(folder: Path, path: Path) -> Program:
    """The program that a file describes. Raises BadInput with every error and its line."""
    try:
        found = files.load(folder, draft=path)
        alone = files.load(folder)
    except SetupError as wrong:
        raise BadInput(wrong.sentence, "file") from wrong
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read ({error.strerror}); expected a YAML file.", "file") from error
    changed = [p for code, p in found.programs.items() if alone.programs.get(code) != p]
    if len(changed) != 1:
        raise BadInput(f"{path.name}: the file changes {len(changed)} programs; expected a draft of one.", "file")
    return changed[0]


def foresee(actor: Actor, draft: Program) -> Impact:
    """What a draft would change for each site that entered its program, on the draft's first day, as known now.

    Raises NotAllowed for whom the program is not run by, BadInput where the draft changes nothing.
    """
    now = programs.catalogue().programs.get(draft.code)
    on = first_day(draft, now)
    if now is None:  # a program that nobody could enter yet
        return Impact(draft, on, 0, ())
    program_id = programs.key(draft.code)
    require(actor, Permission.SITE_CERTIFY, program_id=program_id)
    draft = replace(draft, local=now.local)  # what this installation decided holds for the draft too
    entered = list(_entries(actor, now))
    lens = Lens(on)
    lines = []
    for begin in range(0, len(entered), AT_ONCE):
        part = entered[begin : begin + AT_ONCE]
        known = gather([entry for _, entry in part], lens)
        for site, entry in part:
            before, after = stands(known[entry.scope_id], lens, now), stands(known[entry.scope_id], lens, draft)
            found = SiteImpact(before.state, after.state, compare(before.findings, after.findings))
            if not found.nothing:
                lines.append(Line(site, entry, found))
    return Impact(
        draft, on, len(entered), tuple(sorted(lines, key=lambda one: (not one.impact.loses, one.site.folded)))
    )


def _entries(actor: Actor, program: Program) -> Iterator[tuple[Site, Entry]]:
    program_id = programs.key(program.code)
    scopes = {
        site_id: scope_id
        for scope_id, site_id in db.session.execute(
            select(Scope.id, Scope.site_id).where(Scope.program_id == program_id)
        )
    }
    entered = visible(actor).where(Site.id.in_(select(Scope.site_id).where(Scope.program_id == program_id)))
    for site in db.session.scalars(entered.order_by(Site.folded, Site.id)):
        yield site, Entry(scopes[site.id], site.id, program_id, program)
