"""Pages of a list: by number where the whole is counted, by key where it is long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

from rems.core.errors import BadInput

Row = TypeVar("Row")
SIZE = 50
FURTHEST = 100_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list. `total` None: not counted. The addresses are empty where there is nowhere to go."""

    rows: Sequence[Row]
    size: int = SIZE
    total: int | None = None
    first: int = 1
    previous_url: str = ""
    next_url: str = ""
    start_url: str = ""

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def asked_page() -> int:
    """The number in `?page=`, from 1. Raises BadInput."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= FURTHEST):
        raise BadInput(f'page "{text}" is no page number; write it like 2', "page")
    return int(text)


def asked_after() -> str:
    """The key in `?after=` of a list paged by key; empty for its beginning."""
    return request.args.get("after", "")


def page_of(rows: Sequence[Row], *, total: int, number: int, size: int = SIZE) -> Page[Row]:
    """The page `number` of a counted list; `rows` are those of this page only."""
    first = (number - 1) * size + 1
    return Page(
        rows,
        size,
        total,
        first,
        previous_url=_here(page=str(number - 1)) if number > 1 else "",
        next_url=_here(page=str(number + 1)) if first + len(rows) - 1 < total and rows else "",
    )


def page_by_key(
    found: Sequence[Row], *, key: Callable[[Row], str], size: int = SIZE, total: int | None = None
) -> Page[Row]:
    """A page of a long list. Ask the store for `size + 1` rows after `asked_after()`; one more means a next."""
    rows = found[:size]
    more = len(found) > size
    return Page(
        rows,
        size,
        total,
        first=0 if asked_after() else 1,
        next_url=_here(after=key(rows[-1])) if more else "",
        start_url=_here(after="") if asked_after() else "",
    )


def _here(**changed: str) -> str:
    """This address with some words changed; an empty one is left out."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in changed]
    words = kept + [(k, v) for k, v in changed.items() if v]
    return f"{request.path}?{urlencode(words)}" if words else request.path
