"""What a certificate has to say of exceptions: those in force on a day, and what they did to which requirement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rems.certification.facts import FindingState, Invoked
from rems.paper.certificate import Excepted
from rems.paper.parts import State
from rems.sites.rules import said

BY_EXCEPTION: dict[str, State] = {
    FindingState.MET_BY_EXCEPTION: State.EXCEPTION,
    FindingState.WAIVED: State.WAIVED,
}
"""The states that an exception gives a finding, as a paper shows them."""


@dataclass(frozen=True)
class Stood:
    """How one requirement stood on a day: its title, its state by its name, and the sentence that says why."""

    title: str
    state: str
    why: str


def excepted(invoked: Sequence[Invoked], found: Iterable[Stood], on: date, *, title: str) -> Excepted | None:
    """The exceptions in force on a day and the findings they decided; None where there is neither."""
    relied = tuple(
        (one.exception.title, said(one.from_on), _until(one), one.summary) for one in invoked if one.holds(on)
    )
    stood = tuple((f.title, BY_EXCEPTION[f.state], f.why) for f in found if f.state in BY_EXCEPTION)
    return Excepted(title, relied, stood) if relied or stood else None


def _until(one: Invoked) -> str:
    """The last day: the site's own or the authority's, whichever comes first."""
    ends = [day for day in (one.until_on, one.exception.effective_to) if day]
    return said(min(ends)) if ends else "no end named"
