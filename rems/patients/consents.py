"""What a patient consented to on a day, from what was given and withdrawn; what a withdrawal ends. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rems.core.errors import BadInput
from rems.patients.rules import CONSENTS, FactKind


class ConsentState(StrEnum):
    """How a consent stands on a day."""

    NEVER = "never"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class Covers(StrEnum):
    """What a withdrawal covers."""

    FROM_NOW = "from_now"
    PAST_TOO = "past_too"


COVERS_WORDS: dict[Covers, str] = {
    Covers.FROM_NOW: "What comes from this day on; what was collected before stays in use",
    Covers.PAST_TOO: "What was collected before as well: it is not used any more",
}


class Reach(StrEnum):
    """How the patient may be asked for news, as far as the consent to be contacted goes."""

    PHONE = "phone"
    MAIL = "mail"


REACH_WORDS: dict[Reach, str] = {Reach.PHONE: "by phone", Reach.MAIL: "by mail"}


@dataclass(frozen=True)
class ConsentEvent:
    """A consent was given or withdrawn on a day. `ways`: of the consent to be contacted; `covers`: of a withdrawal."""

    kind: FactKind
    on: date
    given: bool
    edition: str = ""
    ways: tuple[Reach, ...] = ()
    covers: Covers | None = None


@dataclass(frozen=True)
class Consent:
    """One consent on one day: since when, on which edition of the form, and until when with what that covers."""

    kind: FactKind
    state: ConsentState
    given_on: date | None = None
    edition: str = ""
    ways: tuple[Reach, ...] = ()
    withdrawn_on: date | None = None
    covers: Covers | None = None

    @property
    def in_force(self) -> bool:
        return self.state is ConsentState.IN_FORCE


def consents_on(events: Iterable[ConsentEvent], on: date) -> Mapping[FactKind, Consent]:
    """Every kind of consent as it stands at the end of that day. The follow-up plans by it.

    `events` come in the order in which they were recorded; of one day the later counts. A withdrawal without a consent
    before it leaves none. A consent to be contacted that names no way allows every way.
    """
    found = {kind: Consent(kind, ConsentState.NEVER) for kind in CONSENTS}
    for event in sorted((e for e in events if e.on <= on and e.kind in CONSENTS), key=lambda e: e.on):
        before = found[event.kind]
        if event.given:
            ways = event.ways or (tuple(Reach) if event.kind is FactKind.CONSENT_CONTACT else ())
            found[event.kind] = Consent(event.kind, ConsentState.IN_FORCE, event.on, event.edition, ways)
        elif before.in_force:
            found[event.kind] = Consent(
                event.kind,
                ConsentState.WITHDRAWN,
                before.given_on,
                before.edition,
                withdrawn_on=event.on,
                covers=event.covers or Covers.FROM_NOW,
            )
    return found


STOPS: dict[FactKind, str] = {
    FactKind.CONSENT_TREATMENT: "The product may not be given any more, and no infusion is authorized.",
    FactKind.CONSENT_REGISTRY: "No open or planned visit goes to the registry; visits of the site's own care go on.",
    FactKind.CONSENT_CONTACT: "No call or letter goes to the patient or to contact persons; visits at the site go on.",
    FactKind.CONSENT_SAMPLES: "No sample is stored any more, and the tests that need a stored one are not made.",
}
STAYS: dict[FactKind, str] = {
    FactKind.CONSENT_TREATMENT: "What was done before, and the follow-up of an infusion that was given.",
    FactKind.CONSENT_REGISTRY: "Visits that were recorded, safety reports that the law asks for, and the trail.",
    FactKind.CONSENT_CONTACT: "Visits that were recorded, the contact details for an emergency, and the trail.",
    FactKind.CONSENT_SAMPLES: "Results that were reported, and the chain of custody of each sample.",
}
PAST_TOO: dict[FactKind, str] = {
    FactKind.CONSENT_REGISTRY: "The registry is told to block what it was sent before; the site's own record stays.",
    FactKind.CONSENT_SAMPLES: "Stored samples are to be destroyed; the record of that stays.",
}


def what_withdrawal_does(kind: FactKind, covers: Covers) -> tuple[str, str]:
    """What stops and what stays once a consent is withdrawn, in a sentence each."""
    more = f" {PAST_TOO[kind]}" if covers is Covers.PAST_TOO and kind in PAST_TOO else ""
    return STOPS[kind] + more, STAYS[kind]


def check_covers(kind: FactKind, covers: Covers) -> None:
    """Raises BadInput where what lies behind cannot be withdrawn."""
    if covers is Covers.PAST_TOO and kind not in PAST_TOO:
        raise BadInput(
            f"Consent ({CONSENTS[kind]}): what was done before cannot be withdrawn; choose what comes from now on.",
            "covers",
        )
