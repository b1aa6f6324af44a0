"""What the gate looks at and what it answers, as frozen values. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rems.patients.rules import FactKind
from rems.programs.rules import Version
from rems.sites.rules import StaffRole


class Mend(StrEnum):
    """Where a missing thing is mended; the page knows the address."""

    CERTIFICATION = "certification"
    TRAINING = "training"
    STOCK = "stock"
    WEIGHT = "weight"
    CARD = "card"
    CONSENT = "consent"
    DEFERRAL = "deferral"
    PRODUCT = "product"
    NOWHERE = ""


@dataclass(frozen=True)
class Found:
    """A finding: the title of its requirement, whether it is met, the fact behind it, whether it stops."""

    code: str
    title: str
    met: bool
    why: str
    stop: bool = True


@dataclass(frozen=True)
class Rescue:
    """Tocilizumab for this patient at the place of infusion. `words` says what is on hand, or what is missing."""

    needed: int
    possible: int
    held: int = 0
    words: str = ""
    further: str = ""
    stop: bool = True


@dataclass(frozen=True)
class Receipt:
    """The product as it arrived: its chain of identity, lot, bags and last day of use."""

    identity: str
    product: str
    lot: str
    bags: int
    expires_on: date
    on: date


@dataclass(frozen=True)
class GateFacts:
    """All that the gate looks at, on one day of the site. `rules` None: the program is not in force on that day.

    `open_findings` are the other requirements of the site that are asked and not met.
    """

    on: date
    number: str
    product: str
    site: str
    program: str
    rules: Version | None
    not_in_force: str = ""
    certified: bool = False
    certified_why: str = ""
    training: tuple[Found, ...] = ()
    open_findings: tuple[Found, ...] = ()
    rescue: Rescue = field(default_factory=lambda: Rescue(0, 0))
    weight_kg: Decimal | None = None
    weighed_on: date | None = None
    fresh_days: int = 7
    cards: Mapping[FactKind, date] = field(default_factory=dict)
    consented_on: date | None = None
    deferral: Mapping[str, bool] | None = None
    deferral_on: date | None = None
    receipt: Receipt | None = None
    infused_on: date | None = None


@dataclass(frozen=True)
class Check:
    """One thing the gate looks at. `stop`: unmet, it stops the infusion; otherwise it warns. `who` can mend it.

    `legal`: a stop by the rules of the program, which the role that the program names may override; what protects the
    patient whatever the rules (consent, deferral, the product) is never overridden. `code` is stable: certified,
    training:CODE and finding:CODE of a requirement, rescue, weight, the kind of a card, consent, deferral, product,
    infused.
    """

    code: str
    title: str
    why: str
    met: bool
    stop: bool
    mend: Mend = Mend.NOWHERE
    who: tuple[StaffRole, ...] = ()
    legal: bool = False


@dataclass(frozen=True)
class Gate:
    """The answer of one day. `asks` False: the program asks nothing then, and the checks are advice."""

    checks: tuple[Check, ...]
    authorized: bool
    sentence: str
    asks: bool = True

    @property
    def missing(self) -> tuple[Check, ...]:
        return tuple(c for c in self.checks if not c.met and c.stop)

    @property
    def beyond_override(self) -> tuple[Check, ...]:
        """What is missing and may not be overridden by anybody."""
        return tuple(c for c in self.missing if not c.legal)

    def missing_but(self, overridden: Collection[str]) -> tuple[Check, ...]:
        """What is missing beside the checks that were overridden, named by their codes."""
        return tuple(c for c in self.missing if not (c.legal and c.code in overridden))

    @property
    def warnings(self) -> tuple[Check, ...]:
        return tuple(c for c in self.checks if not c.met and not c.stop)

    @property
    def in_order(self) -> tuple[Check, ...]:
        return tuple(c for c in self.checks if c.met)
