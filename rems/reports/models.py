"""Reports that were made: who asked what of which day, and the digest of what they got."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Scoped


class ReportMade(Scoped, Base):
    """One report handed out. The digest is that of its content, as printed in its footer."""

    __tablename__ = "report_made"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        Index("ix_report_made_scope_id", "scope_id", "made_at"),
    )
    kind: Mapped[str]
    as_of: Mapped[date]
    known_at: Mapped[datetime]
    digest: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
    made_by: Mapped[str] = mapped_column(server_default=text("rems_actor()"))
