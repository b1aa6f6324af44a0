"""The loaded programs, and which key the database gave each. Nothing here writes."""

from uuid import UUID

from flask import current_app
from sqlalchemy import select

from rems.core.db import db
from rems.core.errors import NotFound
from rems.programs.models import ProgramRow
from rems.programs.rules import Catalogue, Program, Version


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
