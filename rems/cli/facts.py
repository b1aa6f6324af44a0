"""Read plain JSON by its own schema, and say in one sentence what is wrong and what is expected."""

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn, TypeAlias

from rems.core.errors import BadInput

Schema: TypeAlias = Mapping[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST, LAST = 1900, 2200  # years
LONGEST = 80  # characters of a wrong value that are repeated


def of_object(title: str, properties: Mapping[str, Schema], required: tuple[str, ...]) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of an object that takes these properties and no other."""
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": dict(properties),
    }


def parse(text: str) -> Any:
    """The JSON in a text. Raises BadInput, also for NaN and Infinity, which JSON does not know."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"The input is no JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise BadInput("The input is no JSON that can be read: it is nested too deep.") from error


def read(value: object, schema: Schema, name: str = "") -> Any:
    """A value that fits its schema, days as `date`, defaults filled in. Raises BadInput with the name of the field."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if value is None and "null" in kinds:
        return None
    match kinds[0]:
        case "object":
            return _object(value, schema, name)
        case "array":
            if not isinstance(value, list):
                _refuse(name, "a list", value)
            return [read(one, schema["items"], f"{name} {number}") for number, one in enumerate(value, 1)]
        case "boolean":
            if not isinstance(value, bool):
                _refuse(name, "true, false or null" if "null" in kinds else "true or false", value)
            return value
        case "integer" | "number" as kind:
            return _number(value, schema, name, whole=kind == "integer")
        case _:
            return _text(value, schema, name)


def _object(value: object, schema: Schema, name: str) -> dict[str, Any]:
    known: Mapping[str, Schema] = schema["properties"]
    before = f"{name}: " if name else ""
    if not isinstance(value, dict):
        raise BadInput(
            f"{before or 'The input: '}expected an object with {', '.join(known)}, not {_shown(value)}.", name
        )
    for key in value:
        if key not in known:
            raise BadInput(f'{before}"{key[:LONGEST]}" is not a fact of this rule; it takes {", ".join(known)}.', key)
    needs = [key for given, others in schema.get("dependentRequired", {}).items() if given in value for key in others]
    for key in (*schema["required"], *needs):
        if key not in value:
            raise BadInput(f"{before}{key} is missing: {known[key]['description']}.", key)
    given = {key: read(one, known[key], before + key) for key, one in value.items()}
    return {key: rule["default"] for key, rule in known.items() if "default" in rule} | given


def _number(value: object, schema: Schema, name: str, *, whole: bool) -> int | float:
    least, most = schema["minimum"], schema["maximum"]
    expected = f"a {'whole ' if whole else ''}number from {least} to {most}"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        _refuse(name, expected, value)
    if not math.isfinite(value) or not least <= value <= most:
        _refuse(name, expected, value)
    return value


def _text(value: object, schema: Schema, name: str) -> str | date:
    if "enum" in schema:
        if value not in schema["enum"]:
            _refuse(name, f"one of {', '.join(schema['enum'])}", value)
        return str(value)
    if not isinstance(value, str):
        _refuse(name, "a text", value)
    if schema.get("format") == "date":
        return _day(value, name)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        _refuse(name, schema["description"], value)
    return value


def _day(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST <= day.year <= LAST:
        _refuse(name, "a day such as 2026-11-24", text)
    return day


def _refuse(name: str, expected: str, value: object) -> NoReturn:
    raise BadInput(f"{name} must be {expected}, not {_shown(value)}.", name)


def _shown(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}…"


def _no_number(word: str) -> NoReturn:
    raise BadInput(f"The input is no JSON: {word} is no number.")
