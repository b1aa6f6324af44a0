"""What short forms share: filled or as sent, whether it holds, and the state that its page showed."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

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


def short_form(
    form: BaseForm,
    heading: str,
    act: str,
    sentence: str,
    above: Sequence[tuple[str, str]],
    *,
    upload: bool = False,
    signs: bool = False,
    **more: Any,
) -> ResponseReturnValue:
    """The page of one short form, 422 where it says what is to fix.

    `above`: title and address of the pages it belongs to; the last is where it leads back to.
    """
    page = render_template(
        "web/step.html",
        form=form,
        heading=heading,
        act=act,
        sentence=sentence,
        above=above,
        upload=upload,
        signs=signs,
        **more,
    )
    return page, 422 if form.problems() else 200
