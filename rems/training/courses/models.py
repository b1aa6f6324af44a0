"""Courses of programs in their editions, live sessions, and who was there."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, ProgramFact, fact_args
from rems.training.courses.rules import MaterialForm, Presence
from rems.training.rules import TrainingKind

FIRST = text("supersedes_id IS NULL")


class CourseFile(ProgramFact, Base):
    """A file of a course. Its content is kept here alone; the trail keeps its digest (SHA-256, hex)."""

    __tablename__ = "course_file"
    __table_args__ = fact_args(
        "course_file",
        CheckConstraint("length(sha256) = 64", name="digest_is_sha256"),
        CheckConstraint("size > 0", name="is_not_empty"),
        within="program_id",
    )
    name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class CourseEdition(ProgramFact, Base):
    """One state of an edition of a course; `root_id` is the key of its first, `series_id` that of its editions.

    `kind` is the training that taking it is a record of. `holds_on` is its first day; with `renews`, training of its
    kind that was taken before does not count from that day on. `withdrawn_on` is the first day on which it is not used.
    """

    __tablename__ = "course_edition"
    __table_args__ = fact_args(
        "course_edition",
        ForeignKeyConstraint(["root_id", "program_id"], ["course_edition.id", "course_edition.program_id"]),
        ForeignKeyConstraint(["series_id", "program_id"], ["course_edition.id", "course_edition.program_id"]),
        ForeignKeyConstraint(["file_id", "program_id"], ["course_file.id", "course_file.program_id"]),
        CheckConstraint("title <> '' AND edition <> ''", name="has_a_name"),
        CheckConstraint("(form = 'file') = (file_id IS NOT NULL)", name="file_where_it_is_one"),
        CheckConstraint("(form = 'page') = (page <> '')", name="page_where_it_is_one"),
        Index("ix_course_edition_program_id", "program_id", "holds_on"),
        Index("uq_course_edition_edition", "series_id", "edition", unique=True, postgresql_where=FIRST),
        within="program_id",
    )
    root_id: Mapped[UUID]
    series_id: Mapped[UUID]
    kind: Mapped[TrainingKind]
    title: Mapped[str]
    edition: Mapped[str]
    form: Mapped[MaterialForm]
    page: Mapped[str] = mapped_column(deferred=True)  # long, and read where it is shown alone
    file_id: Mapped[UUID | None]
    renews: Mapped[bool]
    withdrawn_on: Mapped[date | None]

    @property
    def label(self) -> str:
        """How a record of a training names it."""
        return f"{self.title}, edition {self.edition}"

    @property
    def was_used(self) -> bool:
        """Whether it is, was or will be taken on some day: it was not withdrawn before it began."""
        return self.withdrawn_on is None or self.withdrawn_on > self.holds_on


class LiveSession(ProgramFact, Base):
    """One state of a live session; `root_id` is the key of its first. `holds_on` is its day at its place.

    `scope_id` is that of the site under the program which holds it for its own staff; empty: the sponsor holds it for
    all sites. `begins_at` in UTC, `timezone` (IANA) that of its place.
    """

    __tablename__ = "live_session"
    __table_args__ = fact_args(
        "live_session",
        ForeignKeyConstraint(["root_id", "program_id"], ["live_session.id", "live_session.program_id"]),
        ForeignKeyConstraint(["scope_id", "program_id"], ["scope.id", "scope.program_id"]),
        CheckConstraint("title <> '' AND trainer <> '' AND place <> ''", name="says_what_who_where"),
        CheckConstraint("minutes > 0", name="lasts"),
        CheckConstraint("canceled_on IS NULL OR note <> ''", name="canceled_with_a_reason"),
        Index("ix_live_session_program_id", "program_id", "holds_on"),
        within="program_id",
    )
    root_id: Mapped[UUID]
    scope_id: Mapped[UUID | None] = mapped_column(ForeignKey("scope.id"))
    kind: Mapped[TrainingKind]
    title: Mapped[str]
    trainer: Mapped[str]
    place: Mapped[str]
    begins_at: Mapped[datetime]
    timezone: Mapped[str]
    minutes: Mapped[int]
    canceled_on: Mapped[date | None]
    note: Mapped[str]


class SessionPlace(Fact, Base):
    """One state of a person of a site and a live session; `root_id` is the key of its first.

    `training_id` is the training that attending made.
    """

    __tablename__ = "session_place"
    __table_args__ = fact_args(
        "session_place",
        ForeignKeyConstraint(["root_id", "scope_id"], ["session_place.id", "session_place.scope_id"]),
        ForeignKeyConstraint(["session_id", "program_id"], ["live_session.id", "live_session.program_id"]),
        ForeignKeyConstraint(["staff_member_id", "site_id"], ["staff_member.id", "staff_member.scope_id"]),
        ForeignKeyConstraint(["training_id", "scope_id"], ["training_record.id", "training_record.scope_id"]),
        CheckConstraint("(presence = 'attended') = (training_id IS NOT NULL)", name="attending_makes_a_training"),
        Index("ix_session_place_session_id", "session_id"),
        Index("uq_session_place_first", "session_id", "staff_member_id", unique=True, postgresql_where=FIRST),
    )
    root_id: Mapped[UUID]
    session_id: Mapped[UUID]
    site_id: Mapped[UUID]
    staff_member_id: Mapped[UUID]
    presence: Mapped[Presence]
    training_id: Mapped[UUID | None]
