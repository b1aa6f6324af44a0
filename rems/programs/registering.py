"""At the start, as the owner: give each program a key, keep its rules, and refuse rules that changed since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from rems.core.errors import SetupError
from rems.core.ids import uuid7
from rems.programs import digests, knowing
from rems.programs.comparing import differences
from rems.programs.placing import place
from rems.programs.rules import Catalogue, Program

MEND = "Rules that were loaded never change: put them back as they were, and write a new version with its own days."

NOUN = {"program_version": "version", "rule_exception": "exception"}
ADD = {
    "program_version": """insert into program_version (id, program_id, version, digest, rules)
        values (:id, :key, :name, :digest, :rules)""",
    "rule_exception": """insert into rule_exception (id, program_id, code, digest, rules)
        values (:id, :key, :name, :digest, :rules)""",
}
TAKE_OVER = "update program_version set digest = :digest, rules = :rules where id = :id"


@dataclass
class _Register:
    """What the database holds already, and what is wrong with the files beside it."""

    catalogue: Catalogue
    connection: Connection
    keys: dict[str, UUID]
    rows: dict[tuple[str, UUID, str], Any]  # table, program, version or code
    weight_kg: int | None = None
    wrong: list[str] = field(default_factory=list)
    new: int = 0

    def write(self, statement: str, **values: Any) -> None:
        self.connection.execute(text(statement), values)


def register(catalogue: Catalogue, connection: Connection, *, weight_kg: int | None = None) -> int:
    """Note what is new; how many versions and exceptions were. Repeatable.

    `weight_kg` is the setting that stands for an unknown patient: counted doses depend on it, so it is kept too.
    None leaves it as it was.

    Raises SetupError that names each changed line (file, line, what it was, what it is) and whatever is gone.
    """
    connection.execute(text("select set_config('rems.actor', 'system: programs', true)"))
    connection.execute(text("select rems_begin('system', 'programs.register', '')"))
    rows = {
        ("program_version", row.program_id, row.version): row
        for row in connection.execute(text("select * from program_version"))
    } | {
        ("rule_exception", row.program_id, row.code): row
        for row in connection.execute(text("select * from rule_exception"))
    }
    keys = {row.code: row.id for row in connection.execute(text("select id, code from program"))}
    desk = _Register(catalogue, connection, keys, rows, weight_kg)
    for program in catalogue.programs.values():
        _program(desk, program)
    _gone(desk)
    if desk.wrong:
        raise SetupError("\n".join([*desk.wrong, MEND]))
    return desk.new


def _program(desk: _Register, program: Program) -> None:
    if program.code not in desk.keys:
        desk.keys[program.code] = uuid7()
        desk.write("insert into program (id, code) values (:id, :code)", id=desk.keys[program.code], code=program.code)
    for version in program.versions:
        rules = digests.rules_of_version(program.code, version)
        old = digests.first_of_version(program.code, version)
        _rules(desk, program, "program_version", version.version, rules, old)
    for exception in program.exceptions:
        _rules(desk, program, "rule_exception", exception.code, digests.rules_of_exception(exception), "")
    _state(desk, program)


def _rules(desk: _Register, program: Program, table: str, name: str, rules: str, old: str) -> None:
    """Keep rules that are new, take over a row that was kept without them, and compare all others."""
    known, found = desk.rows.pop((table, desk.keys[program.code], name), None), digests.of_text(rules)
    what = f'{program.title}, {NOUN[table]} "{name}"'
    if known is None:
        desk.new += 1
        values = {"id": uuid7(), "key": desk.keys[program.code], "name": name, "digest": found, "rules": rules}
        desk.write(ADD[table], **values)
    elif known.rules is None and known.digest == old:
        desk.write(TAKE_OVER, id=known.id, digest=found, rules=rules)
    elif known.rules is None:
        said = f"loaded with {known.digest[:16]}, now {old[:16]}; which lines differ was not kept at that time"
        desk.wrong.append(f"{what}: {said}.")
    elif known.digest != found:
        for one in differences(known.rules, rules):
            at = place(desk.catalogue, program.code, table, name, one.path)
            desk.wrong.append(f"{at}: {what}: {one.where} was {one.then}, and is now {one.now}.")


def _gone(desk: _Register) -> None:
    """What was loaded once and stands in no file any more."""
    codes = {key: code for code, key in desk.keys.items()}
    for table, key, name in sorted(desk.rows, key=str):
        desk.wrong.append(f'{codes[key]}: {NOUN[table]} "{name}" was loaded and is now in no file of config/programs.')


def _state(desk: _Register, program: Program) -> None:
    """Keep the days, the closure and the local settings, if they are not those of the newest row."""
    newest: Mapping[str, Any] | None = desk.connection.execute(
        text("select content from program_state where program_id = :key order by loaded_at desc, id desc limit 1"),
        {"key": desk.keys[program.code]},
    ).scalar()
    weight = desk.weight_kg or (newest or {}).get("weight_kg")
    content = knowing.content(program, weight)
    if newest != content:
        desk.write(
            "insert into program_state (id, program_id, content) values (:id, :key, :content)",
            id=uuid7(),
            key=desk.keys[program.code],
            content=json.dumps(content),
        )
