"""Whether a record of a patient may be kept: each thing that is wrong, and what is right. Pure."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from rems.core.errors import BadInput
from rems.patients.rules import DEFERRAL_QUESTIONS, FactKind, folded_number, said, when_words

LEAST_KG, MOST_KG = Decimal(1), Decimal(400)
MOST_LINES = 30
MOST_BAGS = 50


def check_indication(text: str) -> None:
    """Raises BadInput when the disease that is treated is not named."""
    if not text.strip():
        raise BadInput("Indication is missing: write the disease that is treated.", "indication")


def check_prior_lines(lines: int | None) -> None:
    """Raises BadInput for a number of earlier lines of treatment outside 0 to 30; None: not known."""
    if lines is not None and not 0 <= lines <= MOST_LINES:
        raise BadInput(f"Earlier lines of treatment: {lines} is not between 0 and {MOST_LINES}.", "prior_lines")


def check_choice(chosen: str, offered: Sequence[str], *, field: str, what: str) -> None:
    """Raises BadInput for what the program does not offer."""
    if chosen not in offered:
        raise BadInput(f'{what}: "{chosen}" is not of this program; it has {", ".join(offered)}.', field)


def check_weight(weight_kg: Decimal) -> None:
    """Raises BadInput for a weight (kg) outside 1 to 400."""
    if not weight_kg.is_finite() or not LEAST_KG <= weight_kg <= MOST_KG:
        raise BadInput(f"Weight: {weight_kg} kg is not between {LEAST_KG} and {MOST_KG} kg.", "weight_kg")


def check_identity(text: str) -> str:
    """The chain of identity as it stands on the bag, with single spaces. Raises BadInput for none or a name."""
    identity = " ".join(unicodedata.normalize("NFKC", text).split())
    if not identity:
        raise BadInput("Chain of identity is missing; it is printed on the bag and on its papers.", "identity")
    if not any(c.isdigit() for c in identity):
        raise BadInput(
            f'Chain of identity: "{identity}" has no digit and looks like a name. Write the code from the bag.',
            "identity",
        )
    return identity


def check_received(lot: str, bags: int, expires_on: date, *, on: date) -> None:
    """A product that arrives has a lot, bags, and is in date. Raises BadInput."""
    _check_lot_and_bags(lot, bags)
    if expires_on < on:
        raise BadInput(
            f"Expiry: the product expired on {said(expires_on)}; it cannot be received for use on {said(on)}.",
            "expires_on",
        )


def check_bag(lot: str, bags: int, *, received: tuple[str, int] | None) -> None:
    """What is given is what was received for the patient: the same lot, and no more bags. Raises BadInput."""
    _check_lot_and_bags(lot, bags)
    if received is None:
        return
    if folded_number(lot) != folded_number(received[0]):
        raise BadInput(
            f"Lot of the product: {lot.strip()} is not {received[0]}, the lot that was received for this patient.",
            "lot",
        )
    if bags > received[1]:
        raise BadInput(f"Bags given: {bags} are more than the {received[1]} that were received.", "bags")


def _check_lot_and_bags(lot: str, bags: int) -> None:
    if not lot.strip():
        raise BadInput("Lot of the product is missing; it is printed on the bag.", "lot")
    if not 1 <= bags <= MOST_BAGS:
        raise BadInput(f"Bags: {bags} is not between 1 and {MOST_BAGS}.", "bags")


def check_answers(answers: Mapping[str, bool]) -> None:
    """Every deferral question is answered, and no other. Raises BadInput at the first that is not."""
    for code, words in DEFERRAL_QUESTIONS.items():
        if code not in answers:
            raise BadInput(f"{words}: answer yes or no.", code)
    if unknown := sorted(set(answers) - set(DEFERRAL_QUESTIONS)):
        raise BadInput(f'There is no deferral question "{unknown[0]}".')


def check_planned(at: datetime, *, now: datetime, hours: int, zone: str) -> None:
    """A planned moment lies no further ahead than an authorization is valid. Raises BadInput."""
    if at > now + timedelta(hours=hours):
        raise BadInput(
            f"Planned moment: {when_words(at, zone)} is more than {hours} hours ahead. An authorization is valid for "
            f"{hours} hours; pass the gate nearer to the infusion.",
            "at",
        )


def check_kind(kind: FactKind, kinds: Collection[FactKind]) -> None:
    """Raises BadInput for a kind of record that is none of these."""
    if kind not in kinds:
        raise BadInput(f'"{kind}" is none of {", ".join(kinds)}.', "kind")


def check_reason(reason: str, words: str) -> None:
    """Raises BadInput when none is given; `words` say what it should tell."""
    if not reason.strip():
        raise BadInput(f"Reason is missing: {words}", "reason")


def edition(text: str) -> dict[str, str]:
    """The edition of a form or a card as it is kept, if one was named."""
    return {"edition": text.strip()} if text.strip() else {}
