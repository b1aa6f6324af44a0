"""At the start, as the owner: give each program a key, and refuse a version whose rules changed since it was loaded."""

from sqlalchemy import Connection, text

from rems.core.errors import SetupError
from rems.core.ids import uuid7
from rems.programs.rules import Catalogue


def register(catalogue: Catalogue, connection: Connection) -> int:
    """Note what is new; how many versions were. Raises SetupError that names each changed version. Repeatable."""
    connection.execute(text("select set_config('rems.actor', 'system: programs', true)"))
    connection.execute(text("select rems_begin('system', 'programs.register', '')"))
    keys = {row.code: row.id for row in connection.execute(text("select id, code from program"))}
    known = {
        (row.program_id, row.version): row.digest for row in connection.execute(text("select * from program_version"))
    }
    changed: list[str] = []
    new = 0
    for program in catalogue.programs.values():
        if program.code not in keys:
            keys[program.code] = uuid7()
            connection.execute(
                text("insert into program (id, code) values (:id, :code)"),
                {"id": keys[program.code], "code": program.code},
            )
        for version in program.versions:
            digest = known.get((keys[program.code], version.version))
            if digest is None:
                new += 1
                connection.execute(
                    text(
                        "insert into program_version (id, program_id, version, digest) "
                        "values (:id, :program_id, :version, :digest)"
                    ),
                    {
                        "id": uuid7(),
                        "program_id": keys[program.code],
                        "version": version.version,
                        "digest": version.digest,
                    },
                )
            elif digest != version.digest:
                named = f'{program.title}, version "{version.version}"'
                changed.append(f"{named}: loaded with {digest[:16]}, now {version.digest[:16]}")
    if changed:
        raise SetupError(
            "The rules of a version that was loaded before have changed; make it a new version instead. "
            + "; ".join(changed)
            + "."
        )
    return new
