"""Other makers' public reports (FAERS): background to read, never cases of ours; no clock runs on them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Keyed


class ImportRun(Keyed, Base):
    """One run of an import: which folder and files (with digests), and what became of every case."""

    __tablename__ = "import_run"
    source: Mapped[str]
    files: Mapped[dict[str, Any]]
    cases_read: Mapped[int]
    cases_taken: Mapped[int]
    cases_known: Mapped[int]
    cases_refused: Mapped[int]
    lines_refused: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"))


class ImportRefusal(Keyed, Base):
    """One refused line of an import: file, line, reason and the beginning of its text; it never vanishes.

    `primary_id` is that of the report the line begins with, where one can be read.
    """

    __tablename__ = "import_refusal"
    __table_args__ = (
        Index("ix_import_refusal_run_id", "run_id", "id"),
        Index("ix_import_refusal_primary_id", "primary_id"),
    )
    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    primary_id: Mapped[int | None] = mapped_column(BigInteger)
    file: Mapped[str]
    line: Mapped[int]
    reason: Mapped[str]
    text: Mapped[str]


class PublicReport(Keyed, Base):
    """One version of one public case, as DEMO has it."""

    __tablename__ = "public_report"
    __table_args__ = (
        Index("ix_public_report_case_id", "case_id"),
        Index("ix_public_report_page", "fda_received", "id"),
        Index("ix_public_report_report_type", "report_type", "fda_received", "id"),
        Index("ix_public_report_cart", "fda_received", "id", postgresql_where=text("cart")),
        Index(
            "ix_public_report_late",
            "fda_received",
            "id",
            postgresql_where=text("report_type = 'EXP' AND days_taken > 15"),
        ),
    )
    primary_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    case_version: Mapped[int]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    report_type: Mapped[str]
    event_on: Mapped[str]
    mfr_received: Mapped[str]
    fda_first_received: Mapped[str]
    fda_received: Mapped[str]
    mfr_received_on: Mapped[date | None]
    fda_received_on: Mapped[date | None]
    days_taken: Mapped[int | None]
    manufacturer: Mapped[str]
    manufacturer_number: Mapped[str]
    literature: Mapped[str]
    age: Mapped[str]
    sex: Mapped[str]
    weight: Mapped[str]
    reporter: Mapped[str]
    country: Mapped[str]
    cart: Mapped[bool]
    special_interest: Mapped[list[str]]
    outcomes: Mapped[list[str]]
    sources: Mapped[list[str]]


class PublicDrug(Keyed, Base):
    """A product named in a public report, a row for each of its doses; indications and therapies stand with the first.

    `product` is the INN of the CAR-T product it is, by the tables of the day of the import; empty when it is none.
    """

    __tablename__ = "public_drug"
    __table_args__ = (Index("ix_public_drug_report_id", "report_id"),)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("public_report.id"))
    seq: Mapped[int]
    role: Mapped[str]
    name: Mapped[str]
    ingredient: Mapped[str]
    route: Mapped[str]
    dose: Mapped[str]
    lot: Mapped[str]
    product: Mapped[str]
    indications: Mapped[list[str]]
    therapy: Mapped[list[str]]


class PublicReaction(Keyed, Base):
    """A reaction term of a public report, and the group of special interest it belongs to, if any."""

    __tablename__ = "public_reaction"
    __table_args__ = (Index("ix_public_reaction_report_id", "report_id"), Index("ix_public_reaction_group", "group"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("public_report.id"))
    term: Mapped[str]
    group: Mapped[str]


class PublicWord(Base):
    """A folded word of a public report, for prefix search under row-level security (`^@` on text)."""

    __tablename__ = "public_word"
    __table_args__ = (Index("ix_public_word_report_id", "report_id"),)
    word: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("public_report.id"), primary_key=True)
