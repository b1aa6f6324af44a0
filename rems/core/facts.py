"""Read facts in two times: what held on a day, as known at a moment."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from rems.core.db import Fact
from rems.core.lens import Lens

F = TypeVar("F", bound=Fact)


def facts(kind: type[F], lens: Lens | None = None, *, scope_id: UUID | None = None) -> Select[F]:
    """The facts of a kind in force under the lens: recorded by then, held by that day, neither corrected nor taken back.

    Without a lens: everything recorded up to now, of any day. `scope_id` keeps the index (see docs on row-level security).
    """
    newer = aliased(kind)
    later = exists().where(newer.supersedes_id == kind.id)
    query = select(kind).where(~kind.void)
    if scope_id is not None:
        query = query.where(kind.scope_id == scope_id)
    if lens is None:
        return query.where(~later)
    if lens.known_at is not None:
        query = query.where(kind.recorded_at <= lens.known_at)
        later = exists().where(newer.supersedes_id == kind.id, newer.recorded_at <= lens.known_at)
    return query.where(kind.holds_on <= lens.as_of, ~later)
