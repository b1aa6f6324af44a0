"""Pages that open by a one-time link: no account, and a plain sentence where the link opens nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TypeVar

from flask import render_template
from flask.typing import ResponseReturnValue

from rems.core.errors import IllegalMove
from rems.web.security import public

H = TypeVar("H")
Page = Callable[[str, H], ResponseReturnValue]
Holding = Callable[[str], Iterator[H]]


def for_holder(held: Holding[H]) -> Callable[[Page[H]], Callable[[str], ResponseReturnValue]]:
    """Mark a page that whoever holds a link opens. `held` reads as the holder, and yields what the link is about.

    A link that opens nothing, by an IllegalMove of `held` or of the page, says in words what became of it.
    """
    opening = contextmanager(held)

    def mark(page_of: Page[H]) -> Callable[[str], ResponseReturnValue]:
        @public
        @wraps(page_of)
        def opened(token: str) -> ResponseReturnValue:
            try:
                with opening(token) as found:
                    return page_of(token, found)
            except IllegalMove as refused:
                return render_template("web/over.html", sentence=refused.sentence), 410

        return opened

    return mark
