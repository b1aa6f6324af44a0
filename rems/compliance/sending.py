"""What the forms of this floor share: filled or as sent, whether it holds, and the state that its page showed."""

from typing import TypeVar
from uuid import UUID

from flask import request

from rems.core.errors import BadInput
from rems.web.forms import BaseForm

F = TypeVar("F", bound=BaseForm)


def filled(form: type[F], **given: object) -> F:
    return form.sent() if request.method == "POST" else form(data=given)


def holds(form: BaseForm) -> bool:
    return request.method == "POST" and bool(form.validate())


def seen(form: BaseForm) -> UUID:
    """The state that the page showed. Raises BadInput."""
    key = seen_or_none(form)
    if key is None:
        raise BadInput("The page does not say which state it showed; open it anew.")
    return key


def seen_or_none(form: BaseForm) -> UUID | None:
    """The state that the page showed; None when there was none. Raises BadInput."""
    try:
        return UUID(form["seen"].data) if form["seen"].data else None
    except ValueError as error:
        raise BadInput("The page does not say which state it showed; open it anew.") from error
