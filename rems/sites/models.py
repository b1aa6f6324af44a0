"""Sites, their locations, their people, and their entry into programs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, Keyed, Scoped, fact_args
from rems.sites.rules import ContactRole, IdentifierKind, LocationKind, Reach, StaffRole


class Site(Keyed, Base):
    """A hospital with its associated clinics. Its key is also the key of its home scope."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("name <> ''", name="has_a_name"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_iso"),
    )
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    city: Mapped[str]
    region: Mapped[str]
    country: Mapped[str]
    timezone: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    program_id: Mapped[UUID | None] = mapped_column(ForeignKey("program.id"))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class Location(Scoped, Base):
    """A node of the site's tree: the hospital itself, or an associated clinic or unit; `until_on` its last day."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("id", "scope_id"),
        UniqueConstraint("scope_id", "name"),
        ForeignKeyConstraint(["parent_id", "scope_id"], ["location.id", "location.scope_id"]),
    )
    parent_id: Mapped[UUID | None]
    name: Mapped[str]
    kind: Mapped[LocationKind]
    until_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    __mapper_args__ = {"version_id_col": version}


class StaffMember(Scoped, Base):
    """A person who works at a site from a day to a day; may have no account.

    `role` is the one at the beginning; later ones are facts of their own. `mistaken`: entered by mistake, never there.
    """

    __tablename__ = "staff_member"
    __table_args__ = (
        UniqueConstraint("id", "scope_id"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="leaves_after_joining"),
        Index("ix_staff_member_scope_id", "scope_id"),
    )
    name: Mapped[str]
    role: Mapped[StaffRole]
    email: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    mistaken: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class StaffRoleChange(Fact, Base):
    """Another role of a person of the staff, from `holds_on`."""

    __tablename__ = "staff_role_change"
    __table_args__ = fact_args(
        "staff_role_change",
        ForeignKeyConstraint(["staff_member_id", "scope_id"], ["staff_member.id", "staff_member.scope_id"]),
        Index("ix_staff_role_change_scope_id", "scope_id", "holds_on"),
    )
    staff_member_id: Mapped[UUID]
    role: Mapped[StaffRole]


class SiteIdentifier(Fact, Base):
    """A number that others know the site by, from `holds_on`; under a program, the one its sponsor gave."""

    __tablename__ = "site_identifier"
    __table_args__ = fact_args(
        "site_identifier",
        CheckConstraint("value <> '' AND folded <> ''", name="has_a_value"),
        Index("ix_site_identifier_scope_id", "scope_id", "holds_on"),
        Index("ix_site_identifier_kind_folded", "kind", "folded"),
    )
    __entry__ = ("scope.site_id", "scope.program_id")

    kind: Mapped[IdentifierKind]
    value: Mapped[str]
    folded: Mapped[str]


class SiteContact(Fact, Base):
    """Whom to reach at a site about what, from `holds_on`, and how best."""

    __tablename__ = "site_contact"
    __table_args__ = fact_args(
        "site_contact",
        CheckConstraint("name <> ''", name="has_a_name"),
        CheckConstraint("phone <> '' OR email <> ''", name="can_be_reached"),
        Index("ix_site_contact_scope_id", "scope_id", "holds_on"),
    )
    role: Mapped[ContactRole]
    name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    preferred: Mapped[Reach]


class AuthorizedRepresentative(Fact, Base):
    """Who signs for the site under a program, from `holds_on` until the next one."""

    __tablename__ = "authorized_representative"
    __table_args__ = fact_args(
        "authorized_representative", Index("ix_authorized_representative_scope_id", "scope_id", "holds_on")
    )
    staff_member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))


class SiteEnrollment(Fact, Base):
    """The enrollment form of a site under a program, signed, with the wording of each attestation."""

    __tablename__ = "site_enrollment"
    __table_args__ = fact_args(
        "site_enrollment",
        ForeignKeyConstraint(
            ["representative_id", "scope_id"], ["authorized_representative.id", "authorized_representative.scope_id"]
        ),
    )
    representative_id: Mapped[UUID]
    attestations: Mapped[dict[str, Any]]
    program_version: Mapped[str]
