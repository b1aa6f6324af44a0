"""What a page about a program says beside the rules themselves: its state, its life, its stages, its sources. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rems.programs.rules import (
    Cadence,
    Catalogue,
    Confidence,
    Owner,
    Program,
    ProgramKind,
    Requirement,
    RuleException,
    Source,
    Stage,
    Stop,
    TriggerEffect,
    TriggerKind,
    Version,
)

NCIT = "https://evsexplore.semantics.cancer.gov/evsexplore/concept/ncit/"

STAGE_WORDS: dict[Stage, str] = {
    Stage.BECOME_CERTIFIED: "To become certified",
    Stage.BEFORE_ADMINISTRATION: "Before each infusion",
    Stage.MAINTAIN_CERTIFICATION: "To stay certified",
    Stage.AT_ALL_TIMES: "At all times",
    Stage.FOLLOW_UP: "In follow-up",
    Stage.SPONSOR: "Asked of the sponsor",
}

CADENCE_WORDS: dict[Cadence, str] = {
    Cadence.ONCE: "once",
    Cadence.ONCE_PER_REPRESENTATIVE: "once for each representative",
    Cadence.ONCE_PER_PERSON: "once for each person",
    Cadence.ONCE_PER_PATIENT: "once for each patient",
    Cadence.PER_INFUSION: "for each infusion",
    Cadence.PER_DISPENSE: "each time the product is dispensed",
    Cadence.PER_EVENT: "for each event",
    Cadence.PER_SHIPMENT: "for each shipment",
    Cadence.CONTINUOUS: "at every moment",
    Cadence.EVENT_DRIVEN: "when it happens",
    Cadence.PERIODIC: "periodically",
    Cadence.SCHEDULED: "on a timetable",
}

CONFIDENCE_WORDS: dict[Confidence, str] = {
    Confidence.FOUND: "found",
    Confidence.FOUND_INFERRED: "found, inferred",
    Confidence.GENERAL_HIGH: "general knowledge, likely",
    Confidence.GENERAL_MEDIUM: "general knowledge",
    Confidence.UNCERTAIN: "uncertain",
}

KIND_WORDS: dict[ProgramKind, str] = {
    ProgramKind.REMS: "REMS",
    ProgramKind.RMP_ARM: "risk management plan",
    ProgramKind.NATIONAL_PV: "national pharmacovigilance",
    ProgramKind.LABELING: "labeling",
    ProgramKind.LTFU_GUIDANCE: "guidance on follow-up",
    ProgramKind.REGISTRY: "registry",
}

STOP_WORDS: dict[Stop, str] = {
    Stop.LEGAL_STOP: "open: stops an infusion",
    Stop.WARNING: "open: a warning, no stop",
}

TRIGGER_WORDS: dict[TriggerKind, str] = {
    TriggerKind.NEW_REPRESENTATIVE: "A new authorized representative",
    TriggerKind.INACTIVITY: "The product is not dispensed for too long",
    TriggerKind.NEW_MATERIAL: "A new edition of a training material",
    TriggerKind.AUDIT_FINDING: "A critical finding of an audit",
}

EFFECT_WORDS: dict[TriggerEffect, str] = {
    TriggerEffect.LAPSED: "the certificate lapses",
    TriggerEffect.OPEN_FINDING: "the site stays certified, with an open finding",
}

CONDITION_WORDS: dict[str, str] = {
    "crs_or_neurotoxicity": "CRS or neurologic toxicity",
    "fatal_or_life_threatening": "fatal or life-threatening",
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
    if not program.versions:
        return State("Not known then", "off", "This installation had not loaded the program at that moment.")
    if version := program.version_on(day):
        return State("Open", "met", f"Version {version.version} is in force since {_said(version.effective_from)}.")
    if program.closure and day >= program.closure.on:
        return State("Closed", "off", f"Closed on {_said(program.closure.on)}: {program.closure.reason}.")
    first = min(v.effective_from for v in program.versions)
    if day < first:
        return State("Not yet open", "open", f"It opens on {_said(first)}.")
    return State("Not open", "off", "Between two versions nothing is asked.")


def shown_version(program: Program, day: date) -> Version:
    """The version in force on that day; else the newest that had begun by then, else the first. It must have one."""
    begun = [v for v in program.versions if v.effective_from <= day]
    return program.version_on(day) or (begun[-1] if begun else program.versions[0])


def life(program: Program, day: date) -> tuple[tuple[str, date, bool, str], ...]:
    """Each version and the closure: words, its day, whether that day has come, the version's name (closure: empty)."""
    steps = [
        (f"Version {v.version}, {_number(len(v.requirements))}", v.effective_from, v.version) for v in program.versions
    ]
    if program.closure:
        steps.append(("Closed", program.closure.on, ""))
    return tuple((words, on, on <= day, name) for words, on, name in steps)


def _number(requirements: int) -> str:
    return "1 requirement" if requirements == 1 else f"{requirements} requirements"


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
    parts += [*version.triggers, *version.materials, *program.exceptions, *program.owners]
    parts += [test for track in program.tracks for test in catalogue.schedules[track].laboratory]
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


def _said(day: date) -> str:
    return f"{day:%-d %b %Y}"


def excepted_days(exception: RuleException) -> str:
    """When an exception may hold, as surely as it was read: "from December 2021, no end is established"."""
    first, last = exception.effective_from, exception.effective_to
    forms = {"month": "%B %Y", "year": "%Y"}
    begin = f"from {first.strftime(forms.get(exception.effective_from_precision, '%-d %b %Y'))}" if first else ""
    end = f"to {_said(last)}" if last else "no end is established"
    return f"{begin}, {end}" if begin and not last else f"{begin} {end}" if begin else f"no first day, {end}"


def held(owner: Owner) -> str:
    """From when until when an owner held it, in words."""
    first = f"since {_said(owner.from_on)}" if owner.from_on else "since a day that is not established"
    return f"{_said(owner.from_on)} to {_said(owner.until_on)}" if owner.from_on and owner.until_on else first
