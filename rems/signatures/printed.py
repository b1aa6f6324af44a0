"""A signature as a paper prints it: who, meaning, moment with zone, of what, and what changed since (21 CFR 11.50)."""

from rems.paper.cells import State, StateCell
from rems.paper.signed import Signature
from rems.signatures.binding import Check, Fit
from rems.signatures.queries import Proved

STATES = {Fit.VALID: State.MET, Fit.EARLIER: State.SOON, Fit.BROKEN: State.LATE}
MOST = 5  # places that a paper names; the page of the signature has all


def printed(one: Proved) -> Signature:
    """The signature for the block of a paper."""
    signature, check = one.signature, one.check
    return Signature(
        f"{signature.printed_name}, {signature.role}",
        f"{signature.meaning.capitalize()}. {signature.statement}",
        signature.signed_at,
        signature.timezone,
        signature.digest,
        StateCell(STATES[check.fit], check.word),
        changes=changes(check),
    )


def changes(check: Check) -> str:
    """What is not as it was signed, in a sentence; empty for a valid signature."""
    if check.valid:
        return ""
    named = [f"{d.path}: {_said(d.then)} then, {_said(d.now)} now" for d in check.differences[:MOST]]
    more = len(check.differences) - MOST
    return " ".join([check.sentence, "; ".join(named) + (f"; and {more} more" if more > 0 else "")]).strip()


def _said(value: str | None) -> str:
    return "nothing" if value is None else f'"{value}"'
