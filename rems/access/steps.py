"""Check a password and note the attempt, inside an open transaction. A signature asks for it again."""

from datetime import datetime
from math import ceil

from sqlalchemy import text

from rems.access import queries
from rems.access.models import SignIn
from rems.access.passwords import matches
from rems.access.rules import folded
from rems.access.waiting import in_words, wait_left
from rems.core.actor import Actor
from rems.core.db import db, require_transaction
from rems.core.errors import NotAllowed
from rems.core.ids import uuid7

DOOR = Actor.system("sign-in")  # in whose name attempts are noted: nobody is known yet
OWN = text("select access_change_own_password(:hash)")
TURN = text("select pg_advisory_xact_lock(hashtextextended(:email, 0))")


class TooSoon(NotAllowed):
    """The next attempt is not heard yet; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts. Wait {in_words(seconds)}, then try again.")
        self.seconds = seconds


def keep_own_password(kept: str) -> None:
    """The actor of the open transaction takes a password (its hash) that nobody else set; every session ends."""
    require_transaction("changing one's own password")
    db.session.execute(OWN, {"hash": kept})


def attempt(email: str, password: str, *, address: str, now: datetime) -> queries.Known | None:
    """The account, when the password is its own and it is open; None: refused. Either is noted, in the name of `DOOR`.

    Attempts for one account take their turn, so that many at once do not outrun the waiting. Raises TooSoon while the
    account or the address has to wait; that is not noted.
    """
    require_transaction("checking a password")
    db.session.execute(TURN, {"email": folded(email)})
    if left := wait_left(*queries.failures(email, address, now=now), now=now):
        raise TooSoon(ceil(left.total_seconds()))
    account = queries.account_by_email(email)
    right = matches(password, account.password_hash if account else None)
    taken = account if account and account.active and right else None
    row = SignIn(id=uuid7(), email=folded(email), address=address, succeeded=taken is not None)
    row.account_id = account.id if account else None
    db.session.add(row)
    return taken
