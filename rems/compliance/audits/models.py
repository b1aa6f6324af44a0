"""Audits, what was answered and found in them, the files they rest on, and what other programs were given of them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.compliance.audits.rules import AuditFormat, Side, Verdict
from rems.compliance.rules import DeviationSeverity
from rems.core.db import Base, Fact, fact_args

FIRST = text("supersedes_id IS NULL")


class SiteAudit(Fact, Base):
    """One state of an audit; `root_id` is the key of its first. `holds_on` is the day the audit was planned.

    `also` names further programs (codes) that it is held for. `program_versions` says, by code, the version whose
    requirements it goes through, from its beginning on.
    """

    __tablename__ = "site_audit"
    __table_args__ = fact_args(
        "site_audit",
        ForeignKeyConstraint(["root_id", "scope_id"], ["site_audit.id", "site_audit.scope_id"]),
        CheckConstraint("auditors <> ''", name="says_who"),
        CheckConstraint("begun_on IS NULL OR program_versions <> '{}'", name="begun_by_a_version"),
        CheckConstraint("reported_on IS NULL OR (begun_on <= reported_on AND conclusion <> '')", name="reported_whole"),
        CheckConstraint("closed_on IS NULL OR closed_on >= reported_on", name="closed_after_reported"),
        CheckConstraint("canceled_on IS NULL OR (reported_on IS NULL AND note <> '')", name="canceled_with_a_reason"),
        Index("ix_site_audit_scope_id", "scope_id", "planned_for"),
        Index("ix_site_audit_root_id", "root_id"),
        Index("uq_site_audit_number", "number", unique=True, postgresql_where=FIRST),
    )
    root_id: Mapped[UUID]
    number: Mapped[str]
    format: Mapped[AuditFormat]
    planned_for: Mapped[date]
    auditors: Mapped[str]
    looks_at: Mapped[str]
    also: Mapped[list[str]]
    program_versions: Mapped[dict[str, Any]]
    begun_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    conclusion: Mapped[str]
    closed_on: Mapped[date | None]
    canceled_on: Mapped[date | None]
    note: Mapped[str]


class AuditAnswer(Fact, Base):
    """What one side says of one requirement; a later answer supersedes it. `holds_on` is the audit's planned day."""

    __tablename__ = "audit_answer"
    __table_args__ = fact_args(
        "audit_answer",
        ForeignKeyConstraint(["audit_id", "scope_id"], ["site_audit.id", "site_audit.scope_id"]),
        Index("ix_audit_answer_audit_id", "audit_id"),
        Index(
            "uq_audit_answer_first",
            "audit_id",
            "requirement_code",
            "side",
            unique=True,
            postgresql_where=FIRST,
        ),
    )
    audit_id: Mapped[UUID]
    requirement_code: Mapped[str]
    side: Mapped[Side]
    verdict: Mapped[Verdict]
    said: Mapped[str]


class AuditFinding(Fact, Base):
    """One state of a finding; `root_id` is the key of its first. From the report on it is followed as a deviation."""

    __tablename__ = "audit_finding"
    __table_args__ = fact_args(
        "audit_finding",
        ForeignKeyConstraint(["root_id", "scope_id"], ["audit_finding.id", "audit_finding.scope_id"]),
        ForeignKeyConstraint(["audit_id", "scope_id"], ["site_audit.id", "site_audit.scope_id"]),
        ForeignKeyConstraint(["deviation_id", "scope_id"], ["deviation.id", "deviation.scope_id"]),
        CheckConstraint("text <> ''", name="says_what_was_found"),
        Index("ix_audit_finding_audit_id", "audit_id"),
        Index("ix_audit_finding_deviation_id", "deviation_id"),
        Index("uq_audit_finding_number", "audit_id", "number", unique=True, postgresql_where=FIRST),
    )
    root_id: Mapped[UUID]
    audit_id: Mapped[UUID]
    number: Mapped[int]
    severity: Mapped[DeviationSeverity]
    requirement_code: Mapped[str]
    text: Mapped[str]
    deviation_id: Mapped[UUID | None]


class AuditResponse(Fact, Base):
    """What the site answers to a finding of the report; a later one supersedes it."""

    __tablename__ = "audit_response"
    __table_args__ = fact_args(
        "audit_response",
        ForeignKeyConstraint(["finding_id", "scope_id"], ["audit_finding.id", "audit_finding.scope_id"]),
        CheckConstraint("text <> ''", name="says_something"),
        Index("ix_audit_response_finding_id", "finding_id"),
        Index("uq_audit_response_first", "finding_id", unique=True, postgresql_where=FIRST),
    )
    finding_id: Mapped[UUID]
    text: Mapped[str]


class AuditFile(Fact, Base):
    """A file that an audit rests on. Its content is kept here alone; the trail keeps its digest (SHA-256, hex)."""

    __tablename__ = "audit_file"
    __table_args__ = fact_args(
        "audit_file",
        ForeignKeyConstraint(["audit_id", "scope_id"], ["site_audit.id", "site_audit.scope_id"]),
        CheckConstraint("shows <> ''", name="says_what_it_shows"),
        CheckConstraint("length(sha256) = 64", name="digest_is_sha256"),
        CheckConstraint("void OR size > 0", name="is_not_empty"),
        Index("ix_audit_file_audit_id", "audit_id"),
    )
    audit_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    shows: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class AuditShare(Fact, Base):
    """One state of what another program of the site was given of an audit; `root_id` is the key of its first.

    It stands in the scope of that program, whose sponsor sees nothing else of the audit. `audit_id` is the audit's
    `root_id`. `content` is the report without what the site withheld; empty until there is a report (an audit that is
    planned for several programs). `accepted_on`: from that day it counts as an audit of this program.
    """

    __tablename__ = "audit_share"
    __table_args__ = fact_args(
        "audit_share",
        ForeignKeyConstraint(["root_id", "scope_id"], ["audit_share.id", "audit_share.scope_id"]),
        CheckConstraint("accepted_on IS NULL OR held_on <= accepted_on", name="accepted_after_it_was_held"),
        CheckConstraint("accepted_on IS NULL OR declined_on IS NULL", name="accepted_or_declined"),
        Index("ix_audit_share_scope_id", "scope_id", "held_on"),
        Index("ix_audit_share_audit_id", "audit_id"),
    )
    root_id: Mapped[UUID]
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("site_audit.id"))  # of the same site: a trigger sees to it
    format: Mapped[AuditFormat]
    planned_for: Mapped[date]
    held_on: Mapped[date | None]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str]
    accepted_on: Mapped[date | None]
    declined_on: Mapped[date | None]
    note: Mapped[str]
