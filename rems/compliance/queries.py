"""Look up deviations and the actions against them. Every query starts from visible scope. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, false, or_, select

from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.compliance.models import CorrectiveAction, Deviation
from rems.compliance.rules import LATE, UNFINISHED, DeviationSeverity, DeviationSource, Step, is_open, state_of
from rems.core.actor import Actor
from rems.core.db import Fact, db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens

F = TypeVar("F", bound=Fact)
GONE = "There is no such deviation, or it is not yours to see."
NO_ACTION = "There is no such action, or it is not yours to see."


@dataclass(frozen=True)
class Counts:
    """What stands open at one entry: deviations by severity, those of audits among them, actions open and late."""

    deviations: Mapping[DeviationSeverity, int] = field(default_factory=dict)
    audit_findings: Mapping[DeviationSeverity, int] = field(default_factory=dict)
    actions_open: int = 0
    actions_late: int = 0


def visible(actor: Actor, kind: type[F], lens: Lens | None = None) -> Select[F]:
    """The facts of a kind an actor may see. Row-level security says the same beneath."""
    query = facts(kind, lens)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, Permission.SITE_READ)
    mine = frozenset(p for h in actor.holdings if Permission.SITE_READ in h.permissions for p in h.programs)
    either = []
    if scopes:
        either.append(kind.scope_id.in_(scopes))
    if mine:
        either.append(kind.program_id.in_(mine))
    return query.where(or_(*either)) if either else query.where(false())


def deviation(actor: Actor, deviation_id: UUID, lens: Lens | None = None) -> Deviation:
    """One deviation as it stood under the lens, found by the key of any of its states. Raises NotFound."""
    root = select(Deviation.root_id).where(Deviation.id == deviation_id).scalar_subquery()
    found = db.session.scalars(visible(actor, Deviation, lens).where(Deviation.root_id == root)).one_or_none()
    if found is None:
        raise NotFound(GONE)
    return found


def action(actor: Actor, action_id: UUID, lens: Lens | None = None) -> CorrectiveAction:
    """One action as it stood under the lens, found by the key of any of its states. Raises NotFound."""
    root = select(CorrectiveAction.root_id).where(CorrectiveAction.id == action_id).scalar_subquery()
    query = visible(actor, CorrectiveAction, lens).where(CorrectiveAction.root_id == root)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(NO_ACTION)
    return found


def actions_of(actor: Actor, root_id: UUID, lens: Lens | None = None) -> Sequence[CorrectiveAction]:
    """The actions against a deviation (`Deviation.root_id`), those due first before the others."""
    query = visible(actor, CorrectiveAction, lens).where(CorrectiveAction.deviation_id == root_id)
    return db.session.scalars(query.order_by(CorrectiveAction.due_on, CorrectiveAction.id)).all()


def deviations_of(actor: Actor, scope_ids: Collection[UUID], lens: Lens) -> Sequence[Deviation]:
    """The deviations of some entries under the lens, open and closed, those found last first."""
    query = visible(actor, Deviation, lens).where(Deviation.scope_id.in_(scope_ids))
    return db.session.scalars(query.order_by(Deviation.holds_on.desc(), Deviation.id.desc())).all()


def step_of(row: CorrectiveAction) -> Step:
    return Step(row.holds_on, row.due_on, row.check_on, row.what, row.done_on, row.checked_on, row.effective)


def late(actor: Actor, lens: Lens) -> list[CorrectiveAction]:
    """Every action an actor may see that is late under the lens, or whose check is, the longest due first."""
    rows = db.session.scalars(
        visible(actor, CorrectiveAction, lens)
        .where(CorrectiveAction.due_on < lens.as_of)
        .order_by(CorrectiveAction.due_on, CorrectiveAction.id)
    )
    return [row for row in rows if state_of(step_of(row), lens.as_of) in LATE]


def counts(scope_ids: Collection[UUID], lens: Lens) -> dict[UUID, Counts]:
    """What stands open at each entry under the lens, in two statements; the caller's scopes are those it may see."""
    mine = Deviation.scope_id.in_(scope_ids)
    standing = [d for d in db.session.scalars(facts(Deviation, lens).where(mine)) if is_open(d.closed_on, lens.as_of)]
    steps = db.session.scalars(facts(CorrectiveAction, lens).where(CorrectiveAction.scope_id.in_(scope_ids)))
    states = [(row.scope_id, state_of(step_of(row), lens.as_of)) for row in steps]
    return {
        key: Counts(
            _by_severity([d for d in standing if d.scope_id == key]),
            _by_severity([d for d in standing if d.scope_id == key and d.source is DeviationSource.AUDIT]),
            sum(scope == key and state in UNFINISHED for scope, state in states),
            sum(scope == key and state in LATE for scope, state in states),
        )
        for key in scope_ids
    }


def _by_severity(rows: Collection[Deviation]) -> dict[DeviationSeverity, int]:
    return {severity: sum(d.severity is severity for d in rows) for severity in DeviationSeverity}
