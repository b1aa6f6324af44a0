"""The loaded programs, which key the database gave each, and what was known of them when. Nothing here writes."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import select, text

from rems.core.db import db
from rems.core.errors import NotFound
from rems.programs import knowing
from rems.programs.models import ProgramRow
from rems.programs.rules import Catalogue, Program, Version

LOADED = """
select p.code, 'version' as part, v.version as name, v.loaded_at, null::jsonb as content
from program_version v join program p on p.id = v.program_id
union all
select p.code, 'exception', e.code, e.loaded_at, null from rule_exception e join program p on p.id = e.program_id
union all
select p.code, 'state', '', s.loaded_at, s.content from program_state s join program p on p.id = s.program_id
order by loaded_at
"""


def catalogue() -> Catalogue:
    """Every program and schedule of config/programs, read once at the start."""
    found: Catalogue = current_app.extensions["rems_catalogue"]
    return found


def program(code: str) -> Program:
    """The program of that code. Raises NotFound."""
    if code not in catalogue().programs:
        raise NotFound(f'There is no program "{code}". Known are: {", ".join(sorted(catalogue().programs))}.')
    return catalogue().programs[code]


def keys() -> dict[str, UUID]:
    """The database's key of each program, by code."""
    cache: dict[str, UUID] = current_app.extensions.setdefault("rems_program_keys", {})
    if not cache:
        cache.update({row.code: row.id for row in db.session.scalars(select(ProgramRow))})
    return cache


def key(code: str) -> UUID:
    """The database's key of a program. Raises NotFound."""
    program(code)
    return keys()[code]


def by_key(program_id: UUID) -> Program:
    """The program of that database key. Raises NotFound."""
    for code, found in keys().items():
        if found == program_id:
            return program(code)
    raise NotFound("There is no such program.")


def version(code: str, name: str) -> Version:
    """One version of a program by its name. Raises NotFound with the versions there are."""
    for found in program(code).versions:
        if found.version == name:
            return found
    names = ", ".join(v.version for v in program(code).versions)
    raise NotFound(f'{program(code).title} has no version "{name}". Its versions are: {names}.')


def loaded() -> Mapping[str, knowing.Loaded]:
    """When each part of each program was first loaded, by program; asked of the database once in a process.

    Raises RuntimeError where nothing is seen: nobody is acting, or the programs were never registered.
    """
    cache: dict[str, knowing.Loaded] = current_app.extensions.setdefault("rems_programs_loaded", {})
    if cache:
        return cache
    rows = db.session.execute(text(LOADED)).all()
    if not rows:
        raise RuntimeError("no program is seen: nobody acts here, or none was registered")
    for code in {row.code for row in rows}:
        own = [row for row in rows if row.code == code]
        cache[code] = knowing.Loaded(
            born=rows[0].loaded_at,
            versions={row.name: row.loaded_at for row in own if row.part == "version"},
            exceptions={row.name: row.loaded_at for row in own if row.part == "exception"},
            states=tuple((row.loaded_at, row.content) for row in own if row.part == "state"),
        )
    return cache


def as_known(program: Program, known_at: datetime | None) -> Program:
    """The program as this installation knew it at a moment (UTC); None: now.

    Versions and exceptions loaded later are left out; days, closure and local settings are those of then. A program
    without any version was not known yet.
    """
    return program if known_at is None else knowing.as_known(program, loaded().get(program.code), known_at)


def reference_weight_kg(known_at: datetime | None = None) -> int:
    """The weight (kg) that stood for an unknown patient in counts of doses at a moment (UTC); None: now."""
    now: int = current_app.extensions["rems_settings"].value("stock", "reference_weight_kg")
    return now if known_at is None else knowing.weight(loaded().values(), known_at) or now
