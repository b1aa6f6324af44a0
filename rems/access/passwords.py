"""Passwords: Argon2id through argon2-cffi; one place that hashes and checks."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rems.core.errors import BadInput

SHORTEST = 12
UNSET = "!"  # stands for the hash of an account whose password is yet to be set: none fits
_hasher = PasswordHasher()
# Checked when no such account exists, so that the answer takes as long as for one that does.
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The Argon2id hash of a password. Raises BadInput for one that is too short or a single repeated character."""
    if len(password) < SHORTEST or len(set(password)) < 5:
        raise BadInput(f"A password needs {SHORTEST} characters or more, of at least 5 different ones.", "password")
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one; the same time is spent when there is no account, or none was set."""
    known = password_hash if password_hash not in (None, "", UNSET) else None
    try:
        return _hasher.verify(known or _NOBODY, password) and known is not None
    except (VerificationError, InvalidHashError):
        return False
