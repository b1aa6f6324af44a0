"""When what a person took does not count any more: a newer material came, or its time is over. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rems.programs.duties import Requirement, Version
from rems.programs.terms import Ask, EvidenceKind, Quantity, Unit

VALID_FOR = "valid_for"
"""The parameter of a requirement that says how long what meets it counts, such as "2 years"."""
OF_PEOPLE = frozenset({Ask.EACH_STAFF_HAS, Ask.REPRESENTATIVE_HAS})


@dataclass(frozen=True)
class Renewal:
    """An edition that came on a day: what people took before it, of that kind, does not count any more."""

    kind: EvidenceKind
    title: str
    edition: str
    from_on: date


def renewed_by(asked: Requirement, version: Version, editions: Iterable[Renewal], on: date) -> Renewal | None:
    """The newest edition begun by that day that a requirement is asked anew by; None: nothing renews it.

    The program's own materials name requirements; `editions`, those that the sponsor published, a kind of training.
    """
    if (kind := asked.evidence) is None:
        return None
    own = [Renewal(kind, m.title, m.edition, m.from_on) for m in version.materials if asked.code in m.renews]
    published = [e for e in editions if e.kind is kind] if asked.ask in OF_PEOPLE else []
    begun = [one for one in (*own, *published) if one.from_on <= on]
    return max(begun, key=lambda one: one.from_on, default=None)


def last_day(asked: Requirement, taken_on: date) -> date | None:
    """The last day on which what was taken then counts; None: it has no end."""
    span = asked.parameters.get(VALID_FOR)
    if not isinstance(span, Quantity) or span.unit in (Unit.HOURS, Unit.WORKING_DAYS):
        return None
    ends = span.after(taken_on)
    return ends - timedelta(days=1) if ends else None
