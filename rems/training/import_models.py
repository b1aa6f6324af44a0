"""What is kept from one import of training to the next: what a sponsor's courses count as, and how its lists read."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from rems.core.db import Base, Fact, fact_args
from rems.training.formats import DayFormat
from rems.training.results import CountsAs


class CourseMapping(Fact, Base):
    """What a sponsor's own system calls a course (`called`), and what it counts as under the program at this site.

    `root_id` is the first state of a course. A change holds for later imports; what was recorded stays.
    """

    __tablename__ = "course_mapping"
    __table_args__ = fact_args(
        "course_mapping",
        ForeignKeyConstraint(["root_id", "scope_id"], ["course_mapping.id", "course_mapping.scope_id"]),
        CheckConstraint("called <> ''", name="is_called_something"),
        Index(
            "uq_course_mapping_called",
            "scope_id",
            "called",
            unique=True,
            postgresql_where=text("supersedes_id IS NULL"),
        ),
        Index("ix_course_mapping_root_id", "root_id"),
    )
    root_id: Mapped[UUID]
    called: Mapped[str]
    title: Mapped[str]
    counts_as: Mapped[CountsAs]


class ListFormat(Fact, Base):
    """How a sponsor's list of training reads: which of its heads each of our columns stands under, and its days."""

    __tablename__ = "list_format"
    __table_args__ = fact_args(
        "list_format",
        CheckConstraint("name <> ''", name="has_a_name"),
        Index("uq_list_format_name", "scope_id", "name", unique=True, postgresql_where=text("supersedes_id IS NULL")),
    )
    name: Mapped[str]
    columns: Mapped[dict[str, Any]]
    day_format: Mapped[DayFormat]
