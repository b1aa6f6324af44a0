"""When a certificate ends without an act: the triggers that a program names, once their grace is over. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rems.certification.facts import Handover, SiteFacts
from rems.certification.occasions import asked_from
from rems.certification.rules import Finding
from rems.certification.words import long_day
from rems.programs.rules import (
    EvidenceKind,
    Program,
    Quantity,
    Requirement,
    Trigger,
    TriggerEffect,
    TriggerKind,
    Version,
)


@dataclass(frozen=True)
class Lapse:
    """The first day on which the certificate holds no more, and why."""

    on: date
    why: str


def lapsed(
    program: Program, version: Version, certified_on: date, facts: SiteFacts, found: Sequence[Finding], on: date
) -> Lapse | None:
    """The first lapse since the certificate was given; None: it holds.

    A representative who enrolled too late does not bring it back, and neither does the next one: only another
    certification does. The other triggers lapse it for as long as what they ask is not met. Without a grace that the
    data or the installation name, nothing lapses by itself.
    """
    ends = [*_handovers(program, certified_on, facts, on), *_unmet(program, version, certified_on, facts, found, on)]
    return min(ends, key=lambda one: one.on, default=None)


def _grace(program: Program, version: Version | None, kind: TriggerKind) -> tuple[Trigger, Quantity] | None:
    """The trigger of this kind that ends a certificate, and its grace."""
    for trigger in version.triggers if version else ():
        grace = trigger.grace or program.local.graces.get(kind)
        if trigger.kind is kind and trigger.effect is TriggerEffect.LAPSED and grace:
            return trigger, grace
    return None


def _handovers(program: Program, certified_on: date, facts: SiteFacts, on: date) -> Iterator[Lapse]:
    for change, later in zip(facts.handovers, (*facts.handovers[1:], None), strict=False):
        if change.since <= certified_on:
            continue
        asked = _grace(program, program.version_on(change.since), TriggerKind.NEW_REPRESENTATIVE)
        last = asked[1].after(change.since) if asked else None
        if not asked or last is None or on <= last or (later and later.since <= last):
            continue
        still_asked = program.version_on(last + timedelta(days=1))
        late = change.enrolled_on is None or change.enrolled_on > last
        if late and still_asked and certified_on <= last:
            yield Lapse(last + timedelta(days=1), _told(change, asked[1], last))


def _told(change: Handover, grace: Quantity, last: date) -> str:
    change_ = f"{change.name} followed {change.former} on {long_day(change.since)}"
    enrolled = f"enrolled on {long_day(change.enrolled_on)}" if change.enrolled_on else "has not enrolled"
    return f"{change_} and {enrolled}; the {grace} for it ended on {long_day(last)}."


def _unmet(
    program: Program, version: Version, certified_on: date, facts: SiteFacts, found: Sequence[Finding], on: date
) -> Iterator[Lapse]:
    for kind in (TriggerKind.INACTIVITY, TriggerKind.NEW_MATERIAL, TriggerKind.AUDIT_FINDING):
        asked = _grace(program, version, kind)
        cure = next((f for f in found if asked and f.requirement.code == asked[0].cured_by), None)
        if asked is None or cure is None or not cure.gap:
            continue
        begun = _begun(kind, cure.requirement, version, facts)
        last = asked[1].after(max(begun, certified_on)) if begun else None
        if last and on > last:
            why = f"{cure.why} The {asked[1]} for it ended on {long_day(last)}."
            yield Lapse(last + timedelta(days=1), why)


def _begun(kind: TriggerKind, asked: Requirement, version: Version, facts: SiteFacts) -> date | None:
    """The day from which the trigger asks for something."""
    if kind is TriggerKind.INACTIVITY:
        return asked_from(asked, facts)
    if kind is TriggerKind.NEW_MATERIAL:
        return max((m.from_on for m in version.materials if asked.code in m.renews), default=None)
    return min((p.holds_on for p in facts.of(EvidenceKind.AUDIT_FINDING)), default=None)
