"""Read facts in two times: what held on a day, as known at a moment."""

from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from rems.core.db import Kept
from rems.core.lens import Lens

F = TypeVar("F", bound=Kept)


@cache
def _newer(kind: Any) -> Any:
    """One alias for each kind of fact: making one costs as much as a short query."""
    return aliased(kind)


def facts(kind: type[F], lens: Lens | None = None, *, scope_id: UUID | None = None) -> Select[F]:
    """The facts of a kind in force under the lens: recorded by then, held by that day, not corrected, not taken back.

    Without a lens: everything recorded up to now, of any day. `scope_id` lets row-level security use the index.
    """
    newer: Any = _newer(cast(Any, kind))
    later = exists().where(newer.supersedes_id == kind.id)
    query = select(kind).where(~kind.void)
    if scope_id is not None:
        query = query.where(cast(Any, kind).scope_id == scope_id)
    if lens is None:
        return query.where(~later)
    if lens.known_at is not None:
        query = query.where(kind.recorded_at <= lens.known_at)
        later = exists().where(newer.supersedes_id == kind.id, newer.recorded_at <= lens.known_at)
    return query.where(kind.holds_on <= lens.as_of, ~later)
