"""The token that proves a form was opened here, in this session, not long ago."""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import current_app, session
from wtforms.csrf.core import CSRF
from wtforms.validators import StopValidation

from rems.core.clock import utcnow

TOO_OLD = "This form is too old or was opened elsewhere; reload the page and send it again"
LASTS = timedelta(hours=12)
KEY = "form_key"


def make_token() -> str:
    """A token for this session: the second it ends, and a keyed digest of that and the session's own secret."""
    if KEY not in session:
        session[KEY] = secrets.token_urlsafe(24)
    ends = str(int((utcnow() + LASTS).timestamp()))
    return f"{ends}.{_digest(ends)}"


def token_holds(token: str) -> bool:
    """Whether a token was made for this session and has not ended."""
    ends, _, digest = token.partition(".")
    if KEY not in session or not (ends.isascii() and ends.isdigit()):
        return False
    return hmac.compare_digest(digest.encode(), _digest(ends).encode()) and int(ends) > utcnow().timestamp()


def _digest(ends: str) -> str:
    secret = current_app.config["SECRET_KEY"]
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    return hmac.new(key, f"form {session[KEY]} {ends}".encode(), sha256).hexdigest()


class SessionToken(CSRF):  # type: ignore[misc]  # WTForms ships no types
    """What WTForms calls to make the token and to check it."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return make_token()

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        if not token_holds(str(field.data or "")):
            raise StopValidation(TOO_OLD)
