"""What a page about a program says beside the rules themselves: its state, its life, its stages, its sources. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rems.programs.rules import Catalogue, Program, Requirement, Source, Stage, Version, VisitPlan

NCIT = "https://evsexplore.semantics.cancer.gov/evsexplore/concept/ncit/"

STAGE_WORDS: dict[Stage, str] = {
    Stage.BECOME_CERTIFIED: "To become certified",
    Stage.BEFORE_ADMINISTRATION: "Before each infusion",
    Stage.MAINTAIN_CERTIFICATION: "To stay certified",
    Stage.AT_ALL_TIMES: "At all times",
    Stage.FOLLOW_UP: "In follow-up",
    Stage.SPONSOR: "Asked of the sponsor",
}


class Cites(Protocol):
    """A part of a program that says where it was read."""

    @property
    def sources(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class State:
    """A program on a day: one word, its mark, and a sentence."""

    word: str
    mark: str
    sentence: str


def state(program: Program, day: date) -> State:
    """Whether the program asks anything on that day, and since or from when."""
    if version := program.version_on(day):
        return State("Open", "met", f"Version {version.version} is in force since {_said(version.effective_from)}.")
    if program.closure and day >= program.closure.on:
        return State("Closed", "off", f"Closed on {_said(program.closure.on)}: {program.closure.reason}.")
    first = min(v.effective_from for v in program.versions)
    if day < first:
        return State("Not yet open", "open", f"It opens on {_said(first)}.")
    return State("Not open", "off", "Between two versions nothing is asked.")


def shown_version(program: Program, day: date) -> Version:
    """The version in force on that day; else the newest that had begun by then, else the first."""
    begun = [v for v in program.versions if v.effective_from <= day]
    return program.version_on(day) or (begun[-1] if begun else program.versions[0])


def life(program: Program, day: date) -> tuple[tuple[str, date, bool, str], ...]:
    """Each version and the closure: words, its day, whether that day has come, the version's name (closure: empty)."""
    steps = [
        (f"Version {v.version}, {len(v.requirements)} requirements", v.effective_from, v.version)
        for v in program.versions
    ]
    if program.closure:
        steps.append(("Closed", program.closure.on, ""))
    return tuple((words, on, on <= day, name) for words, on, name in steps)


def by_stage(version: Version) -> tuple[tuple[str, tuple[Requirement, ...]], ...]:
    """The requirements of a version under the words of their stage, in the order of the stages; none without any."""
    found = ((STAGE_WORDS[s], tuple(r for r in version.requirements if r.stage is s)) for s in Stage)
    return tuple((words, some) for words, some in found if some)


def unverified(version: Version) -> int:
    """How many requirements of a version were not read at their source."""
    return sum(not r.confidence.verified for r in version.requirements)


def used_sources(catalogue: Catalogue, program: Program, version: Version) -> tuple[Source, ...]:
    """Every source that this version, the closure, the clocks, the schedules or the label's advice name, by code."""
    parts: list[Cites | None] = [*version.requirements, *version.removed, version.tocilizumab, *program.clocks]
    parts += [catalogue.schedules[track] for track in program.tracks]
    parts += [program.closure, program.labeled_monitoring, program.assessments]
    codes = {code for part in parts if part for code in part.sources}
    return tuple(source for code, source in catalogue.sources.items() if code in codes)


def address_of(source: Source) -> str:
    """The address of a source as a link; empty where none, or more than one, is given."""
    bare = source.address.strip()
    if not bare or any(c in bare for c in " ;"):
        return ""
    return bare if "://" in bare else f"https://{bare}"


def titles(program: Program) -> dict[str, str]:
    """The title of each requirement that any version asks, by its code."""
    return {r.code: r.title for v in program.versions for r in v.requirements}


def visit_window(plan: VisitPlan) -> str:
    """When a visit may happen, in words; empty where no window is established."""
    if plan.opens is not None and plan.closes is not None:
        return f"day {plan.opens} to {plan.closes}"
    if plan.before is not None and plan.after is not None:
        return f"{plan.before} days before to {plan.after} days after"
    return ""


def _said(day: date) -> str:
    return f"{day:%-d %b %Y}"
