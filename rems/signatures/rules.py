"""What a signature means, what a signer gives, and what keeps a person from signing. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Meaning(StrEnum):
    """Why a person signs (21 CFR 11.50(a)(3)); an attestation says that statements are true."""

    ATTESTATION = "attestation"
    AUTHORSHIP = "authorship"
    RESPONSIBILITY = "responsibility"
    REVIEW = "review"
    APPROVAL = "approval"


class Way(StrEnum):
    """How somebody made sure who a person is (21 CFR 11.100(b))."""

    IN_PERSON = "in_person"
    BY_VIDEO = "by_video"
    BY_EMPLOYER = "by_employer"


WAY_WORDS = {
    Way.IN_PERSON: "In person, with a document",
    Way.BY_VIDEO: "By video call, with a document",
    Way.BY_EMPLOYER: "By the employer's own identity check",
}


class Outcome(StrEnum):
    """What became of one attempt to sign."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_SOON = "too_soon"
    INCOMPLETE = "incomplete"
    LOCKED = "locked"
    UNVERIFIED = "unverified"
    PASSWORD_NOT_OWN = "password_not_own"  # noqa: S105  (an outcome, not a secret)
    PASSWORD_TOO_OLD = "password_too_old"  # noqa: S105


OUTCOME_WORDS = {
    Outcome.RIGHT: "Heard",
    Outcome.WRONG: "Wrong e-mail address or password",
    Outcome.TOO_SOON: "Tried again before the wait was over",
    Outcome.INCOMPLETE: "Password alone, where both were needed",
    Outcome.LOCKED: "Tried while signing was locked",
    Outcome.UNVERIFIED: "Tried before the identity was verified",
    Outcome.PASSWORD_NOT_OWN: "Tried with a password that somebody else had set",
    Outcome.PASSWORD_TOO_OLD: "Tried with a password past its age",
}

# What may be misuse: told to the administrators at once (21 CFR 11.300(d)).
ALARMING = frozenset({Outcome.WRONG, Outcome.TOO_SOON, Outcome.LOCKED})


@dataclass(frozen=True)
class Components:
    """What a signer gave: the password, the e-mail address unless it was left out, in which continuous session."""

    password: str
    email: str | None = None
    series: UUID | None = None

    @property
    def whole(self) -> bool:
        return self.email is not None


Given = Components | str | None
"""What an action that signs is handed: the components; a password of a caller without a session; None in history."""


@dataclass(frozen=True)
class Signer:
    """What decides whether a person may sign at all; `password_set_at` in UTC."""

    verified: bool
    locked: bool
    password_own: bool
    password_set_at: datetime


def hindrance(signer: Signer, *, max_days: int | None, now: datetime) -> Outcome | None:
    """What keeps a person from signing before anything is typed; None: nothing. The weightiest comes first.

    `max_days` is the age (days) after which a password no longer signs; None: it has no such age.
    """
    if signer.locked:
        return Outcome.LOCKED
    if not signer.verified:
        return Outcome.UNVERIFIED
    if not signer.password_own:
        return Outcome.PASSWORD_NOT_OWN
    if max_days is not None and now - signer.password_set_at > timedelta(days=max_days):
        return Outcome.PASSWORD_TOO_OLD
    return None


REFUSALS = {
    Outcome.WRONG: "This is not your e-mail address and password. A signature needs them.",
    Outcome.INCOMPLETE: "The first signature of a session needs your e-mail address too, and the one after a pause.",
    Outcome.LOCKED: "Your signing is locked after failed attempts. An administrator unlocks it.",
    Outcome.UNVERIFIED: "Your identity has not been verified yet. An administrator records that before you first sign.",
    Outcome.PASSWORD_NOT_OWN: "Somebody else set your password. Change it, so that you alone know it; then sign.",
    Outcome.PASSWORD_TOO_OLD: "Your password is too old to sign with. Change it; then sign.",
}
