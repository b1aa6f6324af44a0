"""What decides that a site may treat under a program: certificates, acts, and the exceptions that a site invoked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.certification.states import ActKind
from rems.core.db import Base, Fact, fact_args


class Certification(Fact, Base):
    """A certificate: number, the rules it was given under, and the findings of its day."""

    __tablename__ = "certification"
    __table_args__ = fact_args("certification", Index("ix_certification_scope_id", "scope_id", "holds_on"))
    number: Mapped[str] = mapped_column(unique=True)
    program_version: Mapped[str]
    rules_digest: Mapped[str]
    findings: Mapped[dict[str, Any]]
    known_at: Mapped[datetime]


class CertificationAct(Fact, Base):
    """One step in the certification of a site: submitted, returned, certified, suspended, reinstated, de-certified.

    `after_id` names the act that was the last one when this one was decided: two that follow the same one cannot both
    be kept. `content` is what was submitted, or the reason of the return for each task.
    """

    __tablename__ = "certification_act"
    __table_args__ = fact_args(
        "certification_act",
        ForeignKeyConstraint(["after_id", "scope_id"], ["certification_act.id", "certification_act.scope_id"]),
        ForeignKeyConstraint(["certificate_id", "scope_id"], ["certification.id", "certification.scope_id"]),
        CheckConstraint("(kind = 'certified') OR certificate_id IS NULL", name="only_a_certification_has_a_number"),
        CheckConstraint("kind IN ('submitted', 'certified') OR reason <> ''", name="says_why"),
        CheckConstraint("until_on IS NULL OR kind = 'suspended'", name="only_a_suspension_ends_by_itself"),
        CheckConstraint("until_on IS NULL OR until_on >= holds_on", name="ends_after_it_begins"),
        Index("ix_certification_act_scope_id", "scope_id", "holds_on"),
        Index(
            "uq_certification_act_after_id",
            "after_id",
            unique=True,
            postgresql_where=text("after_id IS NOT NULL AND supersedes_id IS NULL"),
        ),
    )
    kind: Mapped[ActKind]
    reason: Mapped[str]
    until_on: Mapped[date | None]
    after_id: Mapped[UUID | None]
    certificate_id: Mapped[UUID | None]
    content: Mapped[dict[str, Any]]


class ExceptionInvocation(Fact, Base):
    """A site relies on an exception from `holds_on` to `until_on` (None: until it says otherwise).

    `condition` is the wording that it declares to be so, `evidence` says in words what shows it. A row that supersedes
    ends it or changes its days.
    """

    __tablename__ = "exception_invocation"
    __table_args__ = fact_args(
        "exception_invocation",
        CheckConstraint("until_on IS NULL OR until_on >= holds_on", name="ends_after_it_begins"),
        CheckConstraint("exception_code <> ''", name="names_an_exception"),
        Index("ix_exception_invocation_scope_id", "scope_id", "holds_on"),
    )
    exception_code: Mapped[str]
    until_on: Mapped[date | None]
    condition: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
