"""How a patient is handed on: the code of an offer, how long it holds, and who may take a patient over. Pure."""

import hashlib
import secrets
from datetime import datetime, timedelta

from rems.core.errors import BadInput, IllegalMove
from rems.followup.turns.rules import Standing

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
GROUPS, IN_GROUP = 3, 4
OFFER_DAYS, LONGEST_DAYS = 14, 60
NO_CODE = "No patient is offered under this code. Check each letter, or ask the other site for a new one."


def new_code() -> str:
    """Twelve letters in groups of four, 60 bits by chance: K7QF-29XM-4T0A."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(IN_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def digest_of(code: str) -> str:
    """What is kept of a code; letters that look alike, case, spaces and strokes do not matter."""
    plain = "".join(c for c in code.upper() if c.isalnum()).translate(LIKE)
    return hashlib.sha256(plain.encode()).hexdigest()


def check_days(days: int) -> timedelta:
    """How long an offer holds. Raises BadInput."""
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"An offer holds for 1 to {LONGEST_DAYS} days, not {days}.", "days")
    return timedelta(days=days)


def check_may_go(standing: Standing) -> None:
    """Only who is followed here is handed on. Raises IllegalMove."""
    if standing is Standing.WAITING:
        raise IllegalMove("This patient is not infused yet; the other site enrolls the patient anew.")
    if standing is Standing.LOST:
        raise IllegalMove("This patient is lost to follow-up; say first that the patient was found again.")
    if standing is not Standing.FOLLOWED:
        raise IllegalMove(f"{standing.words}: this patient is not followed here, so there is nothing to hand on.")


def check_open(*, taken: bool, withdrawn: bool, expires_at: datetime, now: datetime) -> None:
    """Raises BadInput with what became of an offer that holds no more."""
    if taken:
        raise BadInput("The patient of this code was taken over already.", "code")
    if withdrawn:
        raise BadInput("The other site has withdrawn this offer; ask it for a new code.", "code")
    if now >= expires_at:
        raise BadInput("This code has expired; ask the other site for a new one.", "code")
