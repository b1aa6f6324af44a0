"""The database door: models' base, the one way to open a transaction, and the actor that every statement carries."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column, registry

from rems.core.actor import Actor
from rems.core.ids import uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC on both sides; a naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all rows. Enums are text with a CHECK: row-level security cannot use an index on a native enum."""

    metadata = MetaData(naming_convention=NAMES)
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            str: Text(),
            date: Date(),
            datetime: UtcDateTime(),
            UUID: Uuid(),
            dict[str, Any]: JSONB(),
            list[str]: JSONB(),
            StrEnum: Enum(
                StrEnum,
                native_enum=False,
                create_constraint=True,
                length=40,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Keyed:
    """A row with a UUIDv7 made in Python, so that many rows go in one statement."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-10)


class Scoped(Keyed):
    """A regulated row: it belongs to a site (its home scope) or to a site in a program.

    The program is the one of the scope, or none: a key over both sees to it, since either opens a row to be read.
    """

    __entry__ = ("scope.id", "scope.program_id")

    scope_id: Mapped[UUID] = mapped_column(ForeignKey("scope.id"), sort_order=-9)
    program_id: Mapped[UUID | None] = mapped_column(sort_order=-8)

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if isinstance(table := getattr(cls, "__table__", None), Table):
            table.append_constraint(ForeignKeyConstraint(["scope_id", "program_id"], cls.__entry__))


class Kept(Keyed):
    """What holds for a day, was recorded at a moment the database alone sets, and is never changed.

    A correction is a new row that names the one it supersedes; taking back is a void row that supersedes.
    """

    holds_on: Mapped[date] = mapped_column(sort_order=-7)
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("rems_moment()"), sort_order=90)
    recorded_by: Mapped[str] = mapped_column(server_default=text("rems_actor()"), sort_order=91)
    supersedes_id: Mapped[UUID | None] = mapped_column(sort_order=92)
    void: Mapped[bool] = mapped_column(server_default=text("false"), default=False, sort_order=93)


class Fact(Scoped, Kept):
    """What happened at a site, or at a site under a program."""


class ProgramFact(Kept):
    """What the sponsor of a program sets up for all its sites; each of them reads it."""

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), sort_order=-8)


def fact_args(table: str, *extra: Any, within: str = "scope_id") -> tuple[Any, ...]:
    """The table arguments of a fact: one correction per row, and only by a row of the same scope (or program)."""
    return (
        UniqueConstraint("id", within),
        ForeignKeyConstraint(["supersedes_id", within], [f"{table}.id", f"{table}.{within}"]),
        Index(
            f"uq_{table}_supersedes_id",
            "supersedes_id",
            unique=True,
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
        *extra,
    )


_actor: ContextVar[Actor | None] = ContextVar("rems_actor", default=None)
_open: ContextVar[bool] = ContextVar("rems_transaction_open", default=False)
_history: ContextVar[bool] = ContextVar("rems_history", default=False)

ADMIN = "account:manage"


@event.listens_for(Session, "after_begin")
def name_the_actor(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Tell the database who reads or writes; without an actor the policies show nothing."""
    actor = _actor.get()
    if actor is None:
        return
    admin = any(ADMIN in h.permissions for h in actor.holdings)
    connection.execute(
        text(
            "select set_config('rems.actor', :actor, true), set_config('rems.account', :account, true), "
            "set_config('rems.scopes', :scopes, true), set_config('rems.programs', :programs, true), "
            "set_config('rems.everywhere', :everywhere, true), set_config('rems.admin', :admin, true)"
        ),
        {
            "actor": actor.label,
            "account": str(actor.id) if actor.id else "",
            "scopes": _array(actor.scopes),
            "programs": _array(actor.programs),
            "everywhere": "on" if actor.everywhere else "",
            "admin": "on" if admin else "",
        },
    )


def _array(keys: Iterable[UUID]) -> str:
    return "{" + ",".join(sorted(str(k) for k in keys)) + "}"


@contextmanager
def reading(actor: Actor | None) -> Iterator[None]:
    """Read as this actor until the block ends: a request, a job, a command. Ends what was read under another name."""
    db.session.rollback()
    token = _actor.set(actor)
    try:
        yield
    finally:
        db.session.rollback()
        _actor.reset(token)


@contextmanager
def transaction(
    by: Actor, action: str, reason: str = "", *, at: datetime, opening: Iterable[UUID] = ()
) -> Iterator[Any]:
    """One use case: everything in the block is kept together, in the name of `by`, or nothing is.

    `action` is the use case as the trail prints it (`certification.certify`); `at` is the moment the caller works with.
    The recorded moment is the database's own, except for history entered by the owner (`entering_history`).
    `opening` names scopes that come into being here. Transactions do not nest (RuntimeError).
    """
    if _open.get():
        raise RuntimeError(f"{action}: a transaction is open already; transactions do not nest")
    session = db.session
    session.rollback()
    actor_token = _actor.set(by.opening(opening) if opening else by)
    open_token = _open.set(True)
    try:
        begin = (
            "rems_begin_history(:at, :role, :action, :reason)"
            if _history.get()
            else "rems_begin(:role, :action, :reason)"
        )
        values = {"role": by.role, "action": action, "reason": reason}
        if _history.get():
            values["at"] = at.isoformat()
        session.execute(text(f"select {begin}"), values)
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _open.reset(open_token)
        _actor.reset(actor_token)


def require_transaction(what: str) -> None:
    """For steps that upper floors call: they demand an open transaction and never open one (RuntimeError)."""
    if not _open.get():
        raise RuntimeError(f"{what} must be called inside a transaction")


@contextmanager
def entering_history() -> Iterator[None]:
    """Let `transaction(at=…)` set the recorded moment. The database lets the owner alone; it is marked so."""
    token = _history.set(True)
    try:
        yield
    finally:
        _history.reset(token)


def history_is_entered() -> bool:
    """Whether the caller stands inside `entering_history`: the owner enters demonstration data."""
    return _history.get()
