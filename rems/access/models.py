"""Who may sign in, what they hold and for which scope, and each attempt to sign in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.access.rules import Role
from rems.core.db import Base, Keyed


class Scope(Keyed, Base):
    """What row-level security filters by: a site (`program_id` empty, `id` = `site_id`), or a site in a program."""

    __tablename__ = "scope"
    __table_args__ = (
        UniqueConstraint("site_id", "program_id", postgresql_nulls_not_distinct=True),
        UniqueConstraint("id", "program_id"),
        CheckConstraint("(program_id IS NULL) = (id = site_id)", name="home_is_the_site"),
    )
    site_id: Mapped[UUID] = mapped_column()
    program_id: Mapped[UUID | None] = mapped_column(ForeignKey("program.id"))


class Account(Keyed, Base):
    """A person who can sign in. The password hash never enters the trail, a log or a page."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_is_folded"),
        CheckConstraint("name <> ''", name="has_a_name"),
    )
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    session_stamp: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    version: Mapped[int] = mapped_column()
    password_own: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    password_set_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __mapper_args__ = {"version_id_col": version}


class RoleGrant(Keyed, Base):
    """That an account holds a role from a day to a day, for a site (with its clinics), a program, or neither."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("site_id IS NULL OR program_id IS NULL", name="held_for_one_thing"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
        Index("ix_role_grant_account_id", "account_id"),
        Index("ix_role_grant_program_id", "program_id"),
        Index("ix_role_grant_site_id", "site_id"),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    program_id: Mapped[UUID | None] = mapped_column(ForeignKey("program.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class SignIn(Keyed, Base):
    """One attempt to sign in, from one address; what slows the next one down."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_email_at", "email", "recorded_at"),
        Index("ix_sign_in_address_at", "address", "recorded_at"),
    )
    email: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str]
    succeeded: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))
