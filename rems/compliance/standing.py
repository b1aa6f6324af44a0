"""Where deviations and their actions stand on a day, as conditions of a query: what `rules` decides of one of them."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from rems.compliance.models import CorrectiveAction, Deviation

_state: Any = aliased(cast(Any, Deviation))


def is_open(on: date) -> ColumnElement[bool]:
    """The deviations that are open on a day; on the day one is closed it is closed."""
    return not_yet(Deviation.closed_on, on)


def unfinished(on: date) -> ColumnElement[bool]:
    """The actions that are not checked on a day. What is checked is done, as the table itself demands."""
    return not_yet(CorrectiveAction.checked_on, on)


def due_day(on: date) -> ColumnElement[date]:
    """The day by which an unfinished action is to be done, or once it is done its effect to be checked."""
    return case((not_yet(CorrectiveAction.done_on, on), CorrectiveAction.due_on), else_=CorrectiveAction.check_on)


def is_late(on: date) -> ColumnElement[bool]:
    """The actions that are late on a day, or whose check is."""
    return and_(unfinished(on), due_day(on) < on)


def stated_at() -> ScalarSelect[datetime | None]:
    """The moment at which a root cause was first recorded of the deviation of a row; none: never."""
    query = select(func.min(_state.recorded_at)).where(_state.root_id == Deviation.root_id, _state.root_cause != "")
    return query.correlate(Deviation).scalar_subquery()


def not_yet(column: Any, on: date) -> ColumnElement[bool]:
    """The rows whose day is open or lies after that day."""
    return or_(column.is_(None), column > on)
