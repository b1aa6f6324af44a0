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
    """An edition that came on a day: what people took before it, of that kind, does not count any more.

    `until_on`: the first day on which it asks for nothing any more, because it was withdrawn; None: it goes on.
    """

    kind: EvidenceKind
    title: str
    edition: str
    from_on: date
    until_on: date | None = None

    def asks(self, on: date) -> bool:
        """Whether what was taken before it does not count on that day."""
        return self.from_on <= on and (self.until_on is None or on < self.until_on)


def renewed_by(asked: Requirement, version: Version, editions: Iterable[Renewal], on: date) -> Renewal | None:
    """The newest edition by which a requirement is asked anew on that day; None: nothing renews it.

    The program's own materials name requirements; `editions`, those that the sponsor published, a kind of training.
    """
    asking = [one for one in _of(asked, version, editions) if one.asks(on)]
    return max(asking, key=lambda one: one.from_on, default=None)


def next_renewal(
    asked: Requirement, version: Version, editions: Iterable[Renewal], *, after: date, by: date
) -> Renewal | None:
    """The first edition begun after a day, by another, that will ask for a requirement anew; None: there is none."""
    coming = [one for one in _of(asked, version, editions) if after < one.from_on <= by and one.asks(one.from_on)]
    return min(coming, key=lambda one: one.from_on, default=None)


def _of(asked: Requirement, version: Version, editions: Iterable[Renewal]) -> list[Renewal]:
    """Every edition, of any day, that renews a requirement."""
    if (kind := asked.evidence) is None:
        return []
    own = [Renewal(kind, m.title, m.edition, m.from_on) for m in version.materials if asked.code in m.renews]
    return own + [e for e in editions if e.kind is kind] if asked.ask in OF_PEOPLE else own


def last_day(asked: Requirement, taken_on: date) -> date | None:
    """The last day on which what was taken then counts; None: it has no end."""
    span = asked.parameters.get(VALID_FOR)
    if not isinstance(span, Quantity) or span.unit in (Unit.HOURS, Unit.WORKING_DAYS):
        return None
    ends = span.after(taken_on)
    return ends - timedelta(days=1) if ends else None
