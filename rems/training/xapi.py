"""Results from a sponsor's own learning system as xAPI 1.0.3 statements. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from rems.core.clock import day_in
from rems.core.errors import BadInput
from rems.training.results import WHOLE, Ending, Result, Said, kept_text, unclear

VERBS = {"passed": Ending.PASSED, "failed": Ending.FAILED, "completed": Ending.DONE, "attended": Ending.DONE}
MOST_STATEMENTS = 20_000
DIGITS = 9  # a score has fewer, before and after the point
NO_SCORE = "The result has no score (raw with max, or scaled from 0 to 1)."


def is_statements(text: str) -> bool:
    """Whether a text is no list but JSON."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")


def read(text: str, *, zone: str) -> list[Said]:
    """What each statement says, by its number; days are those of the place (`zone`, an IANA name).

    Raises BadInput for what is no JSON, holds no statement or too many.
    """
    found: list[Said] = []
    for number, one in enumerate(_statements(text), 1):
        try:
            found.append(_result(number, one, zone))
        except BadInput as wrong:
            found.append(unclear(number, _called(one), wrong.sentence))
    return found


def _statements(text: str) -> Sequence[Any]:
    """An array, one statement, the answer of a record store (`statements`), or one statement a line."""
    try:
        given = json.loads(text.lstrip("\ufeff"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
        if len(lines) < 2:
            raise BadInput(f"The file is no JSON: {_where(error)}.", "file") from error
        try:
            given = [json.loads(line, parse_float=Decimal) for line in lines]
        except (ValueError, RecursionError) as each:
            raise BadInput(
                f"The file is no JSON, and not one statement a line either: {_where(each)}.", "file"
            ) from each
    if isinstance(given, Mapping):
        given = given.get("statements", [given])
    if not isinstance(given, list) or not given:
        raise BadInput("The file holds no statement.", "file")
    if len(given) > MOST_STATEMENTS:
        raise BadInput(f"The file has more than {MOST_STATEMENTS:,} statements; send it in parts.", "file")
    return given


def _where(error: Exception) -> str:
    return (
        f"{error.msg} in line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else "it is nested too deep"
    )


def _result(number: int, one: Any, zone: str) -> Result:
    if not isinstance(one, Mapping):
        raise BadInput("It is no statement with actor, verb and object.")
    name, email = _actor(one.get("actor"))
    result = one.get("result")
    ending = _ending(one.get("verb"), result)
    course, material = _course(one.get("object"))
    return Result(
        number,
        name,
        email,
        _day(one.get("timestamp"), zone),
        course,
        material,
        ending,
        _score(result),
        NO_SCORE,
        _record(one.get("id")),
    )


def _called(one: Any) -> str:
    """The actor of a statement, as far as it names one."""
    actor = one.get("actor") if isinstance(one, Mapping) else None
    given = actor if isinstance(actor, Mapping) else {}
    return str(given.get("name") or given.get("mbox") or "")[:80]


def _actor(actor: Any) -> tuple[str, str]:
    given = actor if isinstance(actor, Mapping) else {}
    name = kept_text(str(given.get("name") or ""))
    email = kept_text(str(given.get("mbox") or "")).removeprefix("mailto:")
    if not (name or email):
        raise BadInput("The actor has neither a name nor an address (mbox).")
    return name or email, email


def _ending(verb: Any, result: Any) -> Ending:
    """By the verb; of what was completed the result may say more. Both a success and none is not clear."""
    key = str(verb.get("id") or "") if isinstance(verb, Mapping) else ""
    word = key.rstrip("/").rsplit("/", 1)[-1].casefold()
    if word not in VERBS:
        raise BadInput(f'The verb "{key[:80]}" is none of {", ".join(VERBS)}.')
    success = result.get("success") if isinstance(result, Mapping) else None
    if not isinstance(success, bool):
        return VERBS[word]
    said = Ending.PASSED if success else Ending.FAILED
    if VERBS[word] not in (said, Ending.DONE):
        raise BadInput(f"It says {word}, and that this was {'a' if success else 'no'} success.")
    return said


def _day(timestamp: Any, zone: str) -> str:
    try:
        moment = datetime.fromisoformat(str(timestamp or ""))
        if moment.tzinfo is not None:
            return day_in(zone, moment).isoformat()
    except (ValueError, OverflowError):
        pass  # said below, as for one without a zone
    raise BadInput(f'The timestamp "{str(timestamp or "")[:40]}" is no moment with its zone.')


def _course(thing: Any) -> tuple[str, str]:
    """The activity by its id, and by its name for people; what has one of the two has both."""
    given = thing if isinstance(thing, Mapping) else {}
    definition = given.get("definition")
    names = definition.get("name") if isinstance(definition, Mapping) else None
    name = next((str(v) for v in names.values() if v), "") if isinstance(names, Mapping) else ""
    key, title = kept_text(str(given.get("id") or "")), kept_text(name)
    if not (key or title):
        raise BadInput("The object has neither a name nor an id.")
    return key or title, title or key


def _record(key: Any) -> str:
    """The id of the statement, in its one spelling; empty where it has none."""
    if key is None:
        return ""
    try:
        return str(UUID(str(key)))
    except ValueError as error:
        raise BadInput(f'The id "{str(key)[:40]}" is no UUID.') from error


def _score(result: Any) -> tuple[int, int] | None:
    """Right answers and questions; of a scaled score, of a hundred."""
    score = result.get("score") if isinstance(result, Mapping) else None
    given = score if isinstance(score, Mapping) else {}
    raw, most, scaled = (_number(given.get(name)) for name in ("raw", "max", "scaled"))
    if raw is not None and most is not None and raw == int(raw) and most == int(most) and 0 <= raw <= most and most > 0:
        return int(raw), int(most)
    return (int(scaled * WHOLE), WHOLE) if scaled is not None and 0 <= scaled <= 1 else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    found = Decimal(value)
    return found if found.is_finite() and abs(found.adjusted()) < DIGITS else None
