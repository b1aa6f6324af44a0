"""What an audit goes through, when the next one is due, what its report needs, and what is withheld of it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rems.compliance.rules import DeviationSeverity
from rems.core.errors import BadInput
from rems.programs.rules import Party, Program, Quantity, Version


class AuditFormat(StrEnum):
    """How an audit is held. A questionnaire is answered by the site first, and looked through by the sponsor."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    QUESTIONNAIRE = "questionnaire"


class AuditState(StrEnum):
    PLANNED = "planned"
    UNDERWAY = "underway"
    REPORTED = "reported"
    CLOSED = "closed"
    CANCELED = "canceled"


class Side(StrEnum):
    """Who says it: the site of itself, or the auditor of the site."""

    SITE = "site"
    AUDITOR = "auditor"


class Verdict(StrEnum):
    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does_not_conform"
    NOT_APPLICABLE = "not_applicable"
    NOT_EXAMINED = "not_examined"


VERDICT_WORDS = {
    Verdict.CONFORMS: "Conforms",
    Verdict.DOES_NOT_CONFORM: "Does not conform",
    Verdict.NOT_APPLICABLE: "Not applicable",
    Verdict.NOT_EXAMINED: "Not examined",
}
NOT_OF_THE_SITE = frozenset({Party.SPONSOR, Party.REGISTRY_CENTER, Party.PATIENT})
SAID_WHY = frozenset({Verdict.DOES_NOT_CONFORM, Verdict.NOT_APPLICABLE, Verdict.NOT_EXAMINED})
"""Verdicts that say nothing without a sentence beside them."""
WITHHELD = "Withheld by the site"
AUDITORS, PROGRAM, SCOPE, CONCLUSION = "auditors", "program", "looks_at", "conclusion"


@dataclass(frozen=True)
class Days:
    """The days of one audit at its site: planned for, begun, reported, closed or canceled on."""

    planned_for: date
    begun_on: date | None = None
    reported_on: date | None = None
    closed_on: date | None = None
    canceled_on: date | None = None


@dataclass(frozen=True)
class Item:
    """One line of a checklist: a requirement, and the programs (codes) that ask it."""

    code: str
    title: str
    programs: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A finding as rules read it. `requirement` may be empty: it is about none in particular."""

    number: int
    severity: DeviationSeverity
    requirement: str


def state_of(days: Days, on: date) -> AuditState:
    """Where an audit stands on a day; on the day a step is taken it is taken."""
    steps = (
        (days.canceled_on, AuditState.CANCELED),
        (days.closed_on, AuditState.CLOSED),
        (days.reported_on, AuditState.REPORTED),
        (days.begun_on, AuditState.UNDERWAY),
    )
    return next((state for day, state in steps if day is not None and day <= on), AuditState.PLANNED)


def is_overdue(days: Days, on: date) -> bool:
    """Whether the day it was planned for has passed without its beginning. On that day itself it is not overdue."""
    return state_of(days, on) is AuditState.PLANNED and on > days.planned_for


def next_due(
    certified_on: date | None, last_held_on: date | None, first_within: Quantity | None, every: Quantity | None
) -> date | None:
    """The last day for the next audit by the interval that the installation set; None where none is asked.

    The first is counted from the certification, each further one from the day the last one was held.
    """
    if last_held_on is not None:
        return every.after(last_held_on) if every else None
    return first_within.after(certified_on) if first_within and certified_on else None


def checklist(asked: Sequence[tuple[Program, Version]]) -> tuple[Item, ...]:
    """Each requirement of these versions that is the site's to keep, once, in the order of the first that asks it."""
    titles: dict[str, str] = {}
    programs: dict[str, list[str]] = {}
    for program, version in asked:
        for one in version.requirements:
            if one.actor not in NOT_OF_THE_SITE:
                titles.setdefault(one.code, one.title)
                programs.setdefault(one.code, []).append(program.code)
    return tuple(Item(code, title, tuple(programs[code])) for code, title in titles.items())


def check_verdict(verdict: Verdict, said: str, title: str, field: str) -> None:
    """Raises BadInput for a verdict that needs a sentence and has none."""
    if verdict in SAID_WHY and not said.strip():
        words = VERDICT_WORDS[verdict].lower()
        raise BadInput(f'{title}: "{words}" needs a sentence that says why.', field)


def gaps_before_report(
    items: Iterable[Item], verdicts: Mapping[str, Verdict], findings: Collection[Found]
) -> tuple[str, ...]:
    """What the report still lacks, one sentence each; empty: it may be signed."""
    found = []
    named = {one.requirement for one in findings}
    for item in items:
        verdict = verdicts.get(item.code)
        if verdict is None:
            found.append(f"{item.title}: the auditor has not answered.")
        elif verdict is Verdict.DOES_NOT_CONFORM and item.code not in named:
            found.append(f"{item.title}: does not conform, but no finding says what was found.")
    return tuple(found)


def concerned(finding: Found, version: Version | None) -> bool:
    """Whether a finding is about what a version asks; one about no requirement in particular concerns every program."""
    return (
        not finding.requirement or version is not None and finding.requirement in {r.code for r in version.requirements}
    )


def redacted(content: Mapping[str, Any], withheld: Collection[str]) -> dict[str, Any]:
    """The report as it goes under another program: what is withheld stays a place that says so, never a gap unseen.

    Names: `auditors`, `program`, `looks_at`, `conclusion`, `answer:CODE`, `finding:NUMBER`. Files are never part of it.
    """
    found = {name: value for name, value in content.items() if name not in {"answers", "findings", "files", "site"}}
    for name in (AUDITORS, PROGRAM, SCOPE, CONCLUSION):
        if name in withheld:
            found[name] = WITHHELD
    if PROGRAM in withheld:
        found |= {"also": [], "version": WITHHELD, "rules": WITHHELD, "number": WITHHELD}
    found["answers"] = [
        {"code": one["code"], "title": one["title"], "verdict": "", "said": WITHHELD}
        if f"answer:{one['code']}" in withheld
        else dict(one)
        for one in content["answers"]
    ]
    found["findings"] = [
        {"number": one["number"], "severity": one["severity"], "requirement": "", "text": WITHHELD}
        if f"finding:{one['number']}" in withheld
        else dict(one)
        for one in content["findings"]
    ]
    found["files"] = len(content["files"])
    found["withheld"] = len(set(withheld))
    return found


def places(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of a report may be withheld: the name of each place, and what a person calls it."""
    return [
        (PROGRAM, "The program and sponsor it was held for, and its number"),
        (AUDITORS, "The names of the auditors"),
        (SCOPE, "What it looked at"),
        (CONCLUSION, "Its conclusion"),
        *((f"answer:{one['code']}", f"Answer: {one['title']}") for one in content["answers"]),
        *(
            (f"finding:{one['number']}", f"Finding {one['number']}, {one['severity']}: {one['text']}")
            for one in content["findings"]
        ),
    ]


def covered(answers: Iterable[Mapping[str, Any]], version: Version | None) -> tuple[list[str], list[str]]:
    """Of what a version asks of the site: the titles that a shared report answers, and those that it does not."""
    examined = {one["code"] for one in answers if one["verdict"] in (Verdict.CONFORMS, Verdict.DOES_NOT_CONFORM)}
    asked = [r for r in version.requirements if r.actor not in NOT_OF_THE_SITE] if version else []
    return [r.title for r in asked if r.code in examined], [r.title for r in asked if r.code not in examined]
