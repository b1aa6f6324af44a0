"""The secret address of a person's calendar feed: of the secret itself only a digest is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Keyed


class CalendarFeed(Keyed, Base):
    """One address; a person has one that is not revoked. `content_digest`, `changed_at`: what it last gave, since when.

    The moments are UTC.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("length(secret_digest) = 64", name="digest_is_sha256"),
        Index("uq_calendar_feed_account_id", "account_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    secret_digest: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
    revoked_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    content_digest: Mapped[str] = mapped_column(server_default=text("''"), default="")
    changed_at: Mapped[datetime | None]
