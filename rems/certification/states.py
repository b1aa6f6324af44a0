"""The acts that change a certification, and the state they lead to on a day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from rems.certification.facts import SiteFacts
from rems.certification.lapsing import lapsed
from rems.certification.rules import Finding, asks_for_certification
from rems.certification.words import full_stop, long_day
from rems.programs.rules import Program, Version


class ActKind(StrEnum):
    """What somebody did about a certification; to certify again is another CERTIFIED."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    CERTIFIED = "certified"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    DECERTIFIED = "decertified"


@dataclass(frozen=True)
class Act:
    """One act, from `on`; `number` is that of the certificate it gave, `until_on` the last day of a suspension."""

    kind: ActKind
    on: date
    reason: str
    number: str = ""
    until_on: date | None = None
    by: str = ""
    id: UUID | None = None
    recorded_at: datetime | None = None


class CertificationState(StrEnum):
    """How a certification stands on a day."""

    NOT_ENROLLED = "not_enrolled"
    IN_PROGRESS = "in_progress"
    CERTIFIED = "certified"
    OPEN_FINDINGS = "certified_with_open_findings"
    SUSPENDED = "suspended"
    DECERTIFIED = "decertified"
    LAPSED = "lapsed"
    CLOSED = "program_closed"
    NOT_ASKED = "no_certification_asked"


@dataclass(frozen=True)
class StateOn:
    """The state of a day, since when, why, and whether the site may treat under the program."""

    state: CertificationState
    since: date | None
    why: str
    may_treat: bool


def state_on(
    program: Program, version: Version | None, acts: Sequence[Act], facts: SiteFacts | None, found: Sequence[Finding],
    on: date,
) -> StateOn:  # fmt: skip
    """What the acts up to a day and the triggers of the program make of a certification; every gap else stays open."""
    past = sorted((a for a in acts if a.on <= on), key=lambda a: (a.on, str(a.recorded_at or ""), str(a.id or "")))
    if version is None:
        return StateOn(CertificationState.CLOSED, program.closure.on if program.closure else None, "", may_treat=False)
    if not asks_for_certification(version):
        return StateOn(CertificationState.NOT_ASKED, version.effective_from, "", may_treat=False)
    last = next((a for a in reversed(past) if a.kind not in (ActKind.SUBMITTED, ActKind.RETURNED)), None)
    if last is None:
        begun = bool(past) or any(f.met for f in found)
        state = CertificationState.IN_PROGRESS if begun else CertificationState.NOT_ENROLLED
        return StateOn(state, past[0].on if past else None, "", may_treat=False)
    if last.kind is ActKind.DECERTIFIED:
        return StateOn(CertificationState.DECERTIFIED, last.on, _told("De-certified", last), may_treat=False)
    if last.kind is ActKind.SUSPENDED and (last.until_on is None or on <= last.until_on):
        return StateOn(CertificationState.SUSPENDED, last.on, _told("Suspended", last), may_treat=False)
    certified = next((a for a in reversed(past) if a.kind is ActKind.CERTIFIED), None)
    if certified is None:  # suspended or reinstated before it was ever certified: nothing to go back to
        return StateOn(CertificationState.IN_PROGRESS, past[0].on, "", may_treat=False)
    if facts is not None and (ended := lapsed(program, version, certified.on, facts, found, on)):
        return StateOn(CertificationState.LAPSED, ended.on, ended.why, may_treat=False)
    open_ = [f for f in found if f.gap]
    state = CertificationState.OPEN_FINDINGS if open_ else CertificationState.CERTIFIED
    return StateOn(state, certified.on, "", may_treat=True)


def _told(words: str, act: Act) -> str:
    until = f" until {long_day(act.until_on)}" if act.until_on else ""
    return f"{words} from {long_day(act.on)}{until}: {full_stop(act.reason)}"
