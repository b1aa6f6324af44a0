"""Results from a sponsor's own learning system: xAPI 1.0.3 statements become the lines of a training log. Pure."""

import csv
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rems.core.clock import day_in
from rems.core.errors import BadInput, Incomplete
from rems.training.logs import ASSESSMENT, COLUMNS
from rems.training.rules import TrainingKind

VERBS = ("passed", "failed", "completed", "attended")
SCORED = frozenset({"passed", "failed"})
MOST_STATEMENTS, NAMED = 20_000, 50
WHOLE = 100  # questions that a scaled score stands for
DIGITS = 9  # a score has fewer, before and after the point
UNKEEPABLE = frozenset({"Cc", "Cs"})  # controls and halves of characters


class _Unclear(Exception):
    """What is missing or wrong in one statement."""


def is_statements(text: str) -> bool:
    """Whether a text is no list but JSON."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")


def as_log(text: str, *, completed_as: TrainingKind | None, pass_mark: int | None, zone: str) -> str:
    """The statements as a training log in CSV; days are those of the place (`zone`, an IANA name).

    `completed_as`: the kind of training that completing or attending is, None where nobody said. `pass_mark` in percent
    is that of an assessment, None where it is not set. Raises BadInput for what is no JSON; Incomplete
    that names each statement which is not clear, by its number.
    """
    found, wrong = [], []
    for number, one in enumerate(_statements(text), 1):
        try:
            found.append(_line(one, completed_as, pass_mark, zone))
        except _Unclear as unclear:
            said = f"Statement {number:,}: {unclear}"
            wrong.append(said.encode("utf-8", "replace").decode())  # it may quote half a character
    if wrong:
        said = f"{len(wrong):,} {'statement is' if len(wrong) == 1 else 'statements are'} not clear; nothing was taken."
        raise Incomplete(said, wrong[:NAMED])
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows(found)
    return out.getvalue()


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


def _line(one: Any, completed_as: TrainingKind | None, pass_mark: int | None, zone: str) -> list[object]:
    if not isinstance(one, Mapping):
        raise _Unclear("it is no statement with actor, verb and object.")
    name, email = _actor(one.get("actor"))
    verb = _verb(one.get("verb"))
    _check_success(one.get("result"), verb)
    day = _day(one.get("timestamp"), zone)
    material = _material(one.get("object"))
    if verb not in SCORED:
        if completed_as is None:
            raise _Unclear("say which kind of training a completed course is.")
        return [name, email, completed_as.value, day, material, "", "", ""]
    if pass_mark is None:
        raise _Unclear("the program sets no pass mark; give the one that was used.")
    correct, questions = _score(one.get("result"))
    if (correct * 100 >= pass_mark * questions) is not (verb == "passed"):
        raise _Unclear(f"it says {verb}, but {correct} of {questions} is otherwise at a pass mark of {pass_mark} %.")
    return [name, email, ASSESSMENT, day, material, questions, correct, pass_mark]


def _actor(actor: Any) -> tuple[str, str]:
    given = actor if isinstance(actor, Mapping) else {}
    name = _text(str(given.get("name") or ""))
    email = _text(str(given.get("mbox") or "")).removeprefix("mailto:")
    if not (name or email):
        raise _Unclear("the actor has neither a name nor an address (mbox).")
    return name or email, email


def _verb(verb: Any) -> str:
    key = str(verb.get("id") or "") if isinstance(verb, Mapping) else ""
    word = key.rstrip("/").rsplit("/", 1)[-1].casefold()
    if word not in VERBS:
        raise _Unclear(f'the verb "{key[:80]}" is none of {", ".join(VERBS)}.')
    return word


def _check_success(result: Any, verb: str) -> None:
    """A statement that says both that it was done and that it was no success, or the other way round, is not clear."""
    success = result.get("success") if isinstance(result, Mapping) else None
    if isinstance(success, bool) and success is (verb == "failed"):
        raise _Unclear(f"it says {verb}, and that this was {'a' if success else 'no'} success.")


def _text(words: str) -> str:
    """A text in one line. What no record can keep is refused."""
    if any(unicodedata.category(c) in UNKEEPABLE and not c.isspace() for c in words):
        raise _Unclear("a name in it holds a character that cannot be kept.")
    return " ".join(words.split())


def _day(timestamp: Any, zone: str) -> str:
    try:
        moment = datetime.fromisoformat(str(timestamp or ""))
        if moment.tzinfo is not None:
            return day_in(zone, moment).isoformat()
    except (ValueError, OverflowError):
        pass  # said below, as for one without a zone
    raise _Unclear(f'the timestamp "{str(timestamp or "")[:40]}" is no moment with its zone.')


def _material(thing: Any) -> str:
    given = thing if isinstance(thing, Mapping) else {}
    definition = given.get("definition")
    names = definition.get("name") if isinstance(definition, Mapping) else None
    found = next((str(v) for v in names.values() if v), "") if isinstance(names, Mapping) else ""
    if not (words := _text(str(found or given.get("id") or ""))):
        raise _Unclear("the object has neither a name nor an id.")
    return words


def _score(result: Any) -> tuple[int, int]:
    """Right answers and questions; of a scaled score, of a hundred."""
    score = result.get("score") if isinstance(result, Mapping) else None
    given = score if isinstance(score, Mapping) else {}
    raw, most, scaled = (_number(given.get(name)) for name in ("raw", "max", "scaled"))
    if raw is not None and most is not None and raw == int(raw) and most == int(most) and 0 <= raw <= most and most > 0:
        return int(raw), int(most)
    if scaled is not None and 0 <= scaled <= 1:
        return int(scaled * WHOLE), WHOLE
    raise _Unclear("the result has no score (raw with max, or scaled from 0 to 1).")


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    found = Decimal(value)
    return found if found.is_finite() and abs(found.adjusted()) < DIGITS else None
