"""What a draft of a program would change for each site on its first day, before it takes effect. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rems.certification.rules import Finding, FindingState
from rems.certification.states import StateOn
from rems.core.errors import BadInput
from rems.programs.rules import Program, Version


class Effect(StrEnum):
    """What a draft does to one requirement of one site."""

    LOSES = "loses"  # met before, and not met by the draft
    GAINS = "gains"  # not met before, and met by the draft
    NEW_DUTY = "new_duty"  # not asked before, and not met by the draft
    RELIEVED = "relieved"  # not met before, and no longer asked
    DROPPED = "dropped"  # met before, and no longer asked
    ADDED = "added"  # not asked before, and met by the draft


HURTS = frozenset({Effect.LOSES, Effect.NEW_DUTY})


@dataclass(frozen=True)
class Change:
    """One requirement that stands otherwise by the draft, with the facts behind both answers."""

    code: str
    title: str
    effect: Effect
    before: str
    after: str


@dataclass(frozen=True)
class SiteImpact:
    """What the draft does to one site: its certification before and after, and each requirement that changes."""

    before: StateOn
    after: StateOn
    changes: tuple[Change, ...]

    @property
    def loses(self) -> bool:
        """Whether the site may no longer treat, or has a gap that it had not."""
        return (self.before.may_treat and not self.after.may_treat) or any(c.effect in HURTS for c in self.changes)

    @property
    def nothing(self) -> bool:
        return not self.changes and self.before.state is self.after.state


def first_day(draft: Program, now: Program | None) -> date:
    """The first day on which the draft asks something else than the program does.

    Raises BadInput where the two do not differ in rules or days.
    """
    known: Mapping[str, Version] = {v.version: v for v in now.versions} if now else {}
    days = [v.effective_from for v in draft.versions if v.version not in known]
    for version in draft.versions:
        was = known.get(version.version)
        if was and was.digest != version.digest:
            days.append(version.effective_from)
    closed, was_closed = draft.closure, now.closure if now else None
    if closed and (was_closed is None or was_closed.on != closed.on):
        days.append(min(closed.on, was_closed.on) if was_closed else closed.on)
    if was_closed and not closed:
        days.append(was_closed.on)
    if not days:
        raise BadInput(f"{draft.title}: the file asks nothing that the program does not ask already.", "file")
    return min(days)


def compare(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Change, ...]:
    """Each requirement whose answer differs, in the order of the draft and then what it drops."""
    was = {f.requirement.code: f for f in before}
    now = {f.requirement.code: f for f in after}
    found = []
    for code in [*now, *(c for c in was if c not in now)]:
        effect = _effect(was.get(code), now.get(code))
        if effect is not None:
            shown = now.get(code) or was[code]
            found.append(Change(code, shown.requirement.title, effect, _why(was.get(code)), _why(now.get(code))))
    return tuple(found)


def _effect(was: Finding | None, now: Finding | None) -> Effect | None:
    table = {
        ("met", "gap"): Effect.LOSES,
        ("gap", "met"): Effect.GAINS,
        ("none", "gap"): Effect.NEW_DUTY,
        ("gap", "none"): Effect.RELIEVED,
        ("met", "none"): Effect.DROPPED,
        ("none", "met"): Effect.ADDED,
    }
    return table.get((_stands(was), _stands(now)))


def _stands(found: Finding | None) -> str:
    if found is None or found.state in (FindingState.NOT_ASKED, FindingState.WAIVED):
        return "none"
    return "gap" if found.gap else "met"


def _why(found: Finding | None) -> str:
    return found.why if found else "Not asked."
