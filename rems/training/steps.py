"""Take back a training or an assessment that was recorded by mistake, inside the open transaction of the use case."""

from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from rems.core.db import db, require_transaction
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.ids import uuid7
from rems.training.models import AssessmentAttempt, TrainingRecord

KINDS: dict[str, Any] = {kind.__tablename__: kind for kind in (TrainingRecord, AssessmentAttempt)}
SET_ANEW = frozenset({"id", "recorded_at", "recorded_by", "supersedes_id", "void"})


def take_back(table: str, key: UUID) -> None:
    """The record never held. Raises NotFound, also for one that was taken back already."""
    require_transaction("taking back a training")
    kind = KINDS[table]
    row = db.session.scalars(facts(kind).where(kind.id == key)).one_or_none()
    if row is None:
        raise NotFound("There is no such record of a training, or it was taken back already.")
    same = {c.key: getattr(row, c.key) for c in inspect(kind).column_attrs if c.key not in SET_ANEW}
    db.session.add(kind(id=uuid7(), supersedes_id=row.id, void=True, **same))
