"""Rescue medicine: lots, movements, and vials held for a patient. On hand is the sum of the movements."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rems.core.db import Base, Fact, Scoped, fact_args
from rems.stock.rules import MovementKind


class StockLot(Scoped, Base):
    """A lot of tocilizumab vials of one strength at one location of the site's tree, or one box of it by its serial.

    `gtin` is the product number of the box (empty: not scanned), `storage` where and how it is kept there. GTIN and
    `serial` together name one box in the world; an empty serial stands for all boxes of the lot that were not scanned.
    A lot that was entered wrongly is kept; the right one names it in `supersedes_id`, and has its movements since.
    """

    __tablename__ = "stock_lot"
    __table_args__ = (
        UniqueConstraint("id", "scope_id"),
        Index("ix_stock_lot_scope_id", "scope_id", "location_id", "lot", "strength_mg", "expires_on"),
        Index(
            "uq_stock_lot_supersedes_id",
            "supersedes_id",
            unique=True,
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
        ForeignKeyConstraint(["supersedes_id", "scope_id"], ["stock_lot.id", "stock_lot.scope_id"]),
        ForeignKeyConstraint(["location_id", "scope_id"], ["location.id", "location.scope_id"]),
        CheckConstraint("strength_mg IN (80, 200, 400)", name="strength_is_made"),
        CheckConstraint("lot <> ''", name="has_a_number"),
        CheckConstraint("serial = '' OR gtin <> ''", name="serial_of_a_product"),
        Index("ix_stock_lot_gtin", "gtin"),
    )
    location_id: Mapped[UUID]
    product: Mapped[str]
    lot: Mapped[str]
    strength_mg: Mapped[int]
    expires_on: Mapped[date]
    gtin: Mapped[str] = mapped_column(server_default=text("''"), default="")
    storage: Mapped[str] = mapped_column(server_default=text("''"), default="")
    serial: Mapped[str] = mapped_column(server_default=text("''"), default="")
    supersedes_id: Mapped[UUID | None]

    @property
    def called(self) -> str:
        """The number of the lot, and the serial number that tells this box of it from another."""
        return f"{self.lot}, serial {self.serial}" if self.serial else self.lot


class StockMovement(Fact, Base):
    """One change of the vials on hand, on a day. On hand is the sum; rows are never changed."""

    __tablename__ = "stock_movement"
    __table_args__ = fact_args(
        "stock_movement",
        ForeignKeyConstraint(["lot_id", "scope_id"], ["stock_lot.id", "stock_lot.scope_id"]),
        CheckConstraint("vials <> 0", name="moves_something"),
        CheckConstraint("kind NOT IN ('receipt', 'transfer_in') OR vials > 0", name="arrivals_add"),
        CheckConstraint(
            "kind NOT IN ('used', 'wasted', 'expired', 'returned', 'transfer_out') OR vials < 0", name="departures_take"
        ),
        CheckConstraint("(kind = 'used') = (patient_id IS NOT NULL)", name="used_for_someone"),
        Index("ix_stock_movement_lot_id", "lot_id", "holds_on"),
    )
    lot_id: Mapped[UUID]
    kind: Mapped[MovementKind]
    vials: Mapped[int]
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    note: Mapped[str]


class Reservation(Fact, Base):
    """Vials of a lot held for a patient from a day until released (a void row), used, or past their last day."""

    __tablename__ = "reservation"
    __table_args__ = fact_args(
        "reservation",
        ForeignKeyConstraint(["lot_id", "scope_id"], ["stock_lot.id", "stock_lot.scope_id"]),
        CheckConstraint("vials > 0", name="holds_something"),
        CheckConstraint("dose_number > 0", name="counts_doses"),
        CheckConstraint("until_on IS NULL OR until_on >= holds_on", name="ends_after_it_begins"),
        Index("ix_reservation_patient_id", "patient_id"),
        Index("ix_reservation_lot_id", "lot_id"),
    )
    lot_id: Mapped[UUID]
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    dose_number: Mapped[int]
    vials: Mapped[int]
    until_on: Mapped[date | None]


class StockCount(Fact, Base):
    """What somebody found of a lot at the end of a day without seeing the record, and what the record said then."""

    __tablename__ = "stock_count"
    __table_args__ = fact_args(
        "stock_count",
        ForeignKeyConstraint(["lot_id", "scope_id"], ["stock_lot.id", "stock_lot.scope_id"]),
        CheckConstraint("found >= 0", name="nothing_is_the_least"),
        CheckConstraint("found = expected OR note <> ''", name="a_difference_is_explained"),
        Index("ix_stock_count_scope_id", "scope_id", "holds_on"),
        Index("ix_stock_count_lot_id", "lot_id"),
    )
    lot_id: Mapped[UUID]
    found: Mapped[int]
    expected: Mapped[int]
    note: Mapped[str]
