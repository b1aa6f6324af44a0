"""What the page of a certification shows: findings by stage with the way to mend them, and the life of the program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from rems.access.rules import can
from rems.certification.keeping import act_content
from rems.certification.mending import LOOKED_AT, Place, place_of
from rems.certification.models import CertificationAct
from rems.certification.moves import TITLES
from rems.certification.queries import Standing
from rems.certification.rules import Finding, FindingState
from rems.certification.states import Act, CertificationState, StateOn
from rems.core.actor import Actor
from rems.programs.rules import Ask, Confidence, Program, Requirement, Stage
from rems.signatures import queries as signatures
from rems.signatures.queries import Proved
from rems.sites.queries import Entry
from rems.sites.rules import spans
from rems.web.lens import keep_lens

STAGES: dict[Stage, str] = {
    Stage.BECOME_CERTIFIED: "To become certified",
    Stage.BEFORE_ADMINISTRATION: "Before each infusion",
    Stage.MAINTAIN_CERTIFICATION: "To stay certified",
    Stage.AT_ALL_TIMES: "At all times",
    Stage.FOLLOW_UP: "In follow-up",
}
NEVER_ASKED = frozenset({Ask.SPONSOR, Ask.LABEL})
SHOWS_MORE = frozenset({Ask.DOSES_ON_SITE, Ask.EACH_STAFF_HAS})
"""Their finding is a count; the page behind it shows what was counted."""


@dataclass(frozen=True)
class Row:
    """A finding with its source, the link to the page that shows or mends it, and who may mend it."""

    finding: Finding
    source: tuple[str, ...]
    url: str = ""
    act: str = ""
    who: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    aside: str
    rows: tuple[Row, ...]


# What the verdict of a page says, and its mark.
STATES: dict[str, tuple[str, str]] = {
    "not_enrolled": ("Not enrolled: may not treat", "stop"),
    "in_progress": ("Not certified yet: may not treat", "stop"),
    "certified": ("Certified", "met"),
    "certified_with_open_findings": ("Certified, with open findings", "soon"),
    "suspended": ("Suspended: may not treat", "stop"),
    "decertified": ("De-certified: may not treat", "stop"),
    "lapsed": ("Lapsed: may not treat", "stop"),
    "program_closed": ("Nothing is asked", "off"),
    "no_certification_asked": ("No certification is asked", "off"),
}


def answer(standing: Standing, *, day: str = "") -> tuple[str, str]:
    """The one answer of a page and its mark; `day` follows it when the page shows another day."""
    words, mark = STATES[standing.state.state]
    if standing.state.state == "program_closed":
        return f"{words}{day or ' today'}", mark
    head, _, rest = words.partition(":")
    return (f"{head}{day}:{rest}" if rest else f"{head}{day}"), mark


def signatures_of(entry: Entry, row: CertificationAct) -> list[Proved]:
    """The signatures under an act, each checked against what the act says now."""
    return signatures.proved("certification_act", row.id, act_content(entry, row))


@dataclass(frozen=True)
class Step:
    """A day in the life of a program; `here` is the day the page shows."""

    on: date
    words: str
    done: bool
    here: bool = False


def sections(actor: Actor, standing: Standing, *, today: bool) -> list[Section]:
    """The findings in the order of stages; last what is never asked of a site. Mending is for today alone."""
    found = []
    for stage, title in STAGES.items():
        here = [f for f in standing.findings if f.requirement.stage is stage and f.requirement.ask not in NEVER_ASKED]
        if here:
            found.append(Section(title, _aside(here), tuple(_row(actor, standing.entry, f, today=today) for f in here)))
    rest = [f for f in standing.findings if f.requirement.ask in NEVER_ASKED]
    if rest:
        found.append(
            Section("Not asked of the site", str(len(rest)), tuple(Row(f, source(f.requirement)) for f in rest))
        )
    return found


def _aside(found: list[Finding]) -> str:
    asked = [f for f in found if f.state not in (FindingState.NOT_ASKED, FindingState.WAIVED)]
    return f"{sum(f.met for f in asked)} of {len(asked)} met" if asked else "nothing asked on this day"


def source(asked: Requirement) -> tuple[str, str]:
    """The code, then the NCI Thesaurus code and where the requirement was read; or that it was not."""
    if not asked.confidence.verified:
        read = "not verified"
    else:
        word = "found" if asked.confidence is Confidence.FOUND else "inferred"
        read = " ".join([word, *asked.sources])
    return asked.code, ", ".join(filter(None, [f"NCIt {asked.ncit_code}" if asked.ncit_code else "", read]))


def _row(actor: Actor, entry: Entry, finding: Finding, *, today: bool) -> Row:
    place, read = place_of(finding.requirement), source(finding.requirement)
    if place is None:
        return Row(finding, read)
    may = can(actor, place.permission, scope_id=entry.scope_id, program_id=entry.program_id)
    url = address(place, entry, finding.requirement)
    who = place.who if today and finding.gap and not may else ""
    if place in LOOKED_AT and (finding.gap or finding.requirement.ask in SHOWS_MORE):
        return Row(finding, read, keep_lens(url), f"{place.act}{'' if today else ' on this day'}", who)
    if not today or not finding.gap:
        return Row(finding, read)
    return Row(finding, read, url, place.act) if may else Row(finding, read, who=who)


def address(place: Place, entry: Entry, asked: Requirement) -> str:
    words: dict[str, Any] = {"site_id": entry.site_id, "code": entry.program.code, "kind": asked.evidence}
    return url_for(place.endpoint, **{name: words[name] for name in place.takes})


def last_open(program: Program, on: date) -> date | None:
    """The last day before `on` on which the program asked something; None before its first."""
    return max((last for _, last in spans(program) if last and last < on), default=None)


def life(program: Program, acts: Sequence[Act], state: StateOn, on: date) -> list[Step]:
    """The versions of a program, what befell this site, the closure, and the day that is shown, in order."""
    return sorted(_steps(program, acts, state, on), key=lambda s: (s.on, s.here))


def _steps(program: Program, acts: Sequence[Act], state: StateOn, on: date) -> Iterator[Step]:
    for version in program.versions:
        words = f"Version {version.version}, {len(version.requirements)} requirements"
        yield Step(version.effective_from, words, version.effective_from <= on)
    for act in acts:
        yield Step(act.on, f"This site: {TITLES[act.kind].lower()}", act.on <= on)
    if state.state is CertificationState.LAPSED and state.since:
        yield Step(state.since, "This site: lapsed", True)
    if program.closure:
        yield Step(program.closure.on, "Program closed", program.closure.on <= on)
    yield Step(on, "The day shown", True, here=True)
