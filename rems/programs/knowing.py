"""What of a program an installation knew at a moment: rules loaded later never change an earlier answer. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from rems.programs.rules import (
    Attestation,
    Closure,
    Local,
    Party,
    Program,
    ProgramStatus,
    Quantity,
    ReportingClock,
    RuleException,
    Start,
    TriggerKind,
)
from rems.programs.terms import Confidence

Content = Mapping[str, Any]
"""What of a program may change without a new version, as JSON.

Days, closure, days of exceptions, local settings, statements of the enrollment form, clocks; and the weight that stands
for an unknown patient.
"""


@dataclass(frozen=True)
class Loaded:
    """When each part of a program was first loaded. `born`: the first loading of all, that of an empty database.

    History may be entered after the fact, so what an installation was born with counts as known at any moment before.
    """

    born: datetime
    versions: Mapping[str, datetime]
    exceptions: Mapping[str, datetime]
    states: Sequence[tuple[datetime, Content]]  # oldest first

    def knew(self, loaded_at: datetime | None, known_at: datetime) -> bool:
        return loaded_at is not None and (loaded_at <= known_at or loaded_at == self.born)

    def state(self, known_at: datetime) -> Content | None:
        """The newest state known by then; the oldest one counts from the beginning of the program on."""
        past = [content for moment, content in self.states if moment <= known_at]
        return past[-1] if past else self.states[0][1] if self.states else None


def content(program: Program, weight_kg: int | None = None) -> dict[str, Any]:
    """What `program_state` keeps of a program; `weight_kg` stands for an unknown patient when doses are counted."""
    closure = program.closure
    return {
        "weight_kg": weight_kg,
        "attestations": [[a.code, a.text, _iso(a.effective_to), a.confidence.value] for a in program.attestations],
        "clocks": [_clock_kept(clock) for clock in program.clocks],
        "status": program.status.value,
        "closure": closure and {"on": _iso(closure.on), "reason": closure.reason, "sources": list(closure.sources)},
        "versions": {v.version: _iso(v.effective_to) for v in program.versions},
        "exceptions": {e.code: [_iso(e.effective_from), _iso(e.effective_to)] for e in program.exceptions},
        "local": {
            "graces": {kind.value: str(grace) for kind, grace in sorted(program.local.graces.items())},
            "overridden_by": program.local.overridden_by,
            "audit_first_within": _said(program.local.audit_first_within),
            "audit_every": _said(program.local.audit_every),
            "pass_mark_percent": program.local.pass_mark_percent,
            "max_attempts": program.local.max_attempts,
            "contact_attempts": program.local.contact_attempts,
        },
    }


def as_known(program: Program, loaded: Loaded | None, known_at: datetime | None) -> Program:
    """The program as it was known at a moment; None: now. Without any version it was not known then at all.

    Gives the same object where nothing differs, so that what is kept by it stays good.
    """
    if known_at is None:
        return program
    if loaded is None:
        return replace(program, versions=(), exceptions=())
    state = loaded.state(known_at) or content(program)
    known = replace(
        program,
        versions=tuple(
            replace(v, effective_to=_day(state["versions"].get(v.version)))
            for v in program.versions
            if loaded.knew(loaded.versions.get(v.version), known_at)
        ),
        exceptions=tuple(
            _dated(e, state["exceptions"].get(e.code))
            for e in program.exceptions
            if loaded.knew(loaded.exceptions.get(e.code), known_at)
        ),
        status=ProgramStatus(state["status"]),
        closure=_closure(program, state["closure"]),
        local=_local(state["local"]),
        attestations=_attestations(program, state),
        clocks=_clocks(program, state),
    )
    return program if known == program else known


def weight(several: Iterable[Loaded], known_at: datetime) -> int | None:
    """The weight (kg) that stood for an unknown patient at that moment; the first one kept, where it was earlier.

    None where none was ever kept.
    """
    each = sorted(
        (
            (moment, content["weight_kg"])
            for one in several
            for moment, content in one.states
            if content.get("weight_kg")
        ),
        key=lambda pair: pair[0],
    )
    past = [value for moment, value in each if moment <= known_at]
    return past[-1] if past else each[0][1] if each else None


def _attestations(program: Program, state: Content) -> tuple[Attestation, ...]:
    """The statements of then; what was kept before they were has those of now."""
    if "attestations" not in state:
        return program.attestations
    return tuple(Attestation(code, said, _day(to), Confidence(sure)) for code, said, to, sure in state["attestations"])


def _clocks(program: Program, state: Content) -> tuple[ReportingClock, ...]:
    if "clocks" not in state:
        return program.clocks
    return tuple(_clock(kept) for kept in state["clocks"])


def _clock_kept(clock: ReportingClock) -> dict[str, Any]:
    return {
        "code": clock.code,
        "who": clock.who.value,
        "what": clock.what,
        "when": dict(clock.when),
        "limit": _said(clock.limit),
        "start": clock.start.value,
        "cite": clock.cite,
        "destination": clock.destination,
        "effective_to": _iso(clock.effective_to),
        "confidence": clock.confidence.value,
        "sources": list(clock.sources),
    }


def _clock(kept: Content) -> ReportingClock:
    return ReportingClock(
        kept["code"],
        Party(kept["who"]),
        kept["what"],
        MappingProxyType(dict(kept["when"])),
        _maybe_span(kept["limit"]),
        Start(kept["start"]),
        kept["cite"],
        kept["destination"],
        _day(kept["effective_to"]),
        Confidence(kept["confidence"]),
        tuple(kept["sources"]),
    )


def _dated(exception: RuleException, days: Sequence[str | None] | None) -> RuleException:
    first, last = days or (None, None)
    return replace(exception, effective_from=_day(first), effective_to=_day(last))


def _closure(program: Program, known: Content | None) -> Closure | None:
    """The closure known then; how sure it is belongs to the one of now, where it is the same."""
    if known is None:
        return None
    now = program.closure
    sure = now.confidence if now and now.on == _day(known["on"]) else Confidence.UNCERTAIN
    on = _day(known["on"])
    assert on is not None
    return Closure(on, known["reason"], tuple(known["sources"]), sure)


def _local(known: Content) -> Local:
    return Local(
        graces=MappingProxyType({TriggerKind(k): _span(v) for k, v in known["graces"].items()}),
        overridden_by=known["overridden_by"],
        audit_first_within=_maybe_span(known["audit_first_within"]),
        audit_every=_maybe_span(known["audit_every"]),
        pass_mark_percent=known.get("pass_mark_percent"),  # what was kept before there were these has none
        max_attempts=known.get("max_attempts"),
        contact_attempts=known.get("contact_attempts"),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _said(span: Quantity | None) -> str | None:
    return str(span) if span else None


def _maybe_span(text: str | None) -> Quantity | None:
    return _span(text) if text else None


def _span(text: str) -> Quantity:
    found = Quantity.read(text)
    assert found is not None  # it was written by `content`
    return found
