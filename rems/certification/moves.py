"""Which act may follow which in a certification, from which day, and whether somebody was faster. Pure."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from rems.certification.states import Act, ActKind
from rems.core.errors import BadInput, IllegalMove, StaleRecord
from rems.sites.rules import check_not_ahead, said

APPLYING = frozenset({ActKind.SUBMITTED, ActKind.RETURNED, ActKind.CERTIFIED})
HOLDING = frozenset({ActKind.CERTIFIED, ActKind.SUSPENDED, ActKind.REINSTATED, ActKind.DECERTIFIED})
IN_FORCE = frozenset({ActKind.CERTIFIED, ActKind.REINSTATED})

# What may follow the last act about the certificate. An application has its own two moves.
FOLLOWS: dict[ActKind | None, frozenset[ActKind]] = {
    None: frozenset(),
    ActKind.CERTIFIED: frozenset({ActKind.SUSPENDED, ActKind.DECERTIFIED}),
    ActKind.SUSPENDED: frozenset({ActKind.REINSTATED, ActKind.DECERTIFIED}),
    ActKind.REINSTATED: frozenset({ActKind.SUSPENDED, ActKind.DECERTIFIED}),
    ActKind.DECERTIFIED: frozenset(),
}
DONE_WORDS: dict[ActKind, str] = {
    ActKind.SUBMITTED: "submitted the application",
    ActKind.RETURNED: "returned the application",
    ActKind.CERTIFIED: "certified the site",
    ActKind.SUSPENDED: "suspended the certification",
    ActKind.REINSTATED: "reinstated the certification",
    ActKind.DECERTIFIED: "de-certified the site",
}
TITLES: dict[ActKind, str] = {
    ActKind.SUBMITTED: "Application submitted",
    ActKind.RETURNED: "Application returned",
    ActKind.CERTIFIED: "Certified",
    ActKind.SUSPENDED: "Suspended",
    ActKind.REINSTATED: "Reinstated",
    ActKind.DECERTIFIED: "De-certified",
}
NOT_NOW: dict[ActKind, str] = {
    ActKind.SUBMITTED: "there is nothing to apply for",
    ActKind.RETURNED: "no application waits for a decision",
    ActKind.CERTIFIED: "no application waits for a decision",
    ActKind.SUSPENDED: "no certification is in force that could be suspended",
    ActKind.REINSTATED: "the certification is not suspended",
    ActKind.DECERTIFIED: "there is no certification to take away",
}


def last_of(acts: Sequence[Act], kinds: frozenset[ActKind]) -> Act | None:
    """The newest act of some kinds; acts come in their order."""
    return next((a for a in reversed(acts) if a.kind in kinds), None)


def waiting(acts: Sequence[Act]) -> Act | None:
    """The application that waits for a decision."""
    last = last_of(acts, APPLYING)
    return last if last and last.kind is ActKind.SUBMITTED else None


def returned(acts: Sequence[Act]) -> Act | None:
    """The return that the site has not answered yet."""
    last = last_of(acts, APPLYING)
    return last if last and last.kind is ActKind.RETURNED else None


def has_lapsed(acts: Sequence[Act], *, may_treat: bool) -> bool:
    """Nobody took the certificate away, and still the site may not treat: a trigger of the program ended it."""
    last = last_of(acts, HOLDING)
    return last is not None and last.kind in IN_FORCE and not may_treat


def allowed(acts: Sequence[Act], *, lapsed: bool) -> frozenset[ActKind]:
    """What may be done next. A site applies when it was never certified, was de-certified, or has lapsed."""
    if waiting(acts):
        applying = frozenset({ActKind.RETURNED, ActKind.CERTIFIED})
    else:
        last = last_of(acts, HOLDING)
        may_apply = last is None or last.kind is ActKind.DECERTIFIED or lapsed
        applying = frozenset({ActKind.SUBMITTED}) if may_apply else frozenset()
    last = last_of(acts, HOLDING)
    return applying | FOLLOWS[last.kind if last else None]


def check_allowed(kind: ActKind, acts: Sequence[Act], *, lapsed: bool) -> None:
    """Raises IllegalMove that says why not, and what the last act was."""
    if kind in allowed(acts, lapsed=lapsed):
        return
    if kind is ActKind.SUBMITTED and waiting(acts):
        raise IllegalMove(f"An application waits for its decision already. {told(acts)}")
    raise IllegalMove(f"{NOT_NOW[kind][0].upper()}{NOT_NOW[kind][1:]}. {told(acts)}")


def told(acts: Sequence[Act]) -> str:
    """The last act in a sentence: "Nora Bell suspended the certification from 4 Jun 2018."."""
    if not acts:
        return "Nothing was submitted yet."
    last = acts[-1]
    number = f", certificate {last.number}" if last.number else ""
    preposition = "on" if last.kind in (ActKind.SUBMITTED, ActKind.RETURNED) else "from"
    return f"{last.by} {DONE_WORDS[last.kind]} {preposition} {said(last.on)}{number}."


def check_seen(acts: Sequence[Act], seen: UUID | None) -> None:
    """Raises StaleRecord when somebody acted since the page was opened; `seen` is the last act that it showed."""
    if acts and acts[-1].id != seen:
        raise StaleRecord(
            f"While this page was open, {told(acts)} Nothing of yours was kept: look at the newer state, then decide."
        )


def check_day(day: date, acts: Sequence[Act], *, today: date, words: str) -> None:
    """An act holds from a day that has come, and not from before the act it follows. Raises BadInput."""
    check_not_ahead(day, today=today, words=words)
    if acts and day < acts[-1].on:
        raise BadInput(f"{words}: {said(day)} is before the last act. {told(acts)}", "holds_on")


def check_reason(reason: str, *, words: str) -> str:
    """The reason as it is kept. Raises BadInput for an empty one."""
    if not (kept := reason.strip()):
        raise BadInput(f"Reason: {words}", "reason")
    return kept
