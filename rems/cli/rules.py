"""One pure rule on plain JSON: facts on stdin; the answer, the steps that led to it and the source on stdout."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rems.cli import asked, facts, findings
from rems.core.errors import BadInput
from rems.events import grading


@dataclass(frozen=True)
class Rule:
    """A rule as it is asked: what it takes (a JSON Schema) and what answers."""

    schema: Callable[[], Mapping[str, Any]]
    answer: Callable[[Any], Mapping[str, Any]]


def crs(given: Any) -> dict[str, Any]:
    """The grade of CRS."""
    result = grading.crs(grading.from_json(given))
    return {
        "answer": {"grade": result.grade, "title": result.title},
        "steps": list(result.steps),
        "source": result.source,
    }


RULES: Mapping[str, Rule] = {
    "crs": Rule(grading.schema, crs),
    "dose": Rule(asked.dose_schema, asked.dose),
    "windows": Rule(asked.windows_schema, asked.windows),
    "clocks": Rule(asked.clocks_schema, asked.clocks),
    "findings": Rule(findings.schema, findings.findings),
}
NAMES = tuple(RULES)


def run(name: str, *, schema: bool) -> int:
    """Answer the facts on stdin, one object or a list of them; or print what the rule takes. Returns the exit code.

    What is wrong is said in one sentence on stderr; of a list with a wrong fact nothing is answered.
    """
    rule = RULES[name]
    try:
        print(_written(rule.schema() if schema else _answers(rule, facts.parse(_stdin()))))
    except BadInput as wrong:
        print(wrong.sentence, file=sys.stderr)
        return 1
    return 0


def _stdin() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise BadInput("The input is no JSON: it is not in UTF-8.") from error


def _answers(rule: Rule, given: Any) -> Any:
    if not isinstance(given, list):
        return rule.answer(given)
    found = []
    for number, one in enumerate(given, 1):
        try:
            found.append(rule.answer(one))
        except BadInput as wrong:
            raise BadInput(f"Item {number}: {wrong.sentence}", wrong.field) from wrong
    return found


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
