"""Look up deviations and the actions against them. Every query starts from visible scope. Nothing here writes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, false, func, or_, select

from rems.access.models import Scope
from rems.access.queries import scopes_with
from rems.access.rules import Permission
from rems.compliance import standing
from rems.compliance.models import CorrectiveAction, Deviation
from rems.compliance.rules import DeviationSeverity, DeviationSource, Step, cause_on
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import Fact, db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.sites.models import Site

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


@dataclass(frozen=True)
class DueAction:
    """An action that is to be done by a day, or to be checked by it, with its site."""

    row: CorrectiveAction
    due_on: date
    site_name: str

    @property
    def is_check(self) -> bool:
        """Whether it is the effect that is to be looked at; the check of an action comes after its own day."""
        return self.due_on == self.row.check_on


def visible(
    actor: Actor, kind: type[F], lens: Lens | None = None, *, permission: Permission = Permission.SITE_READ
) -> Select[F]:
    """The facts of a kind an actor may see, or where it holds a permission. Row-level security beneath says as much."""
    query = facts(kind, lens)
    if actor.everywhere:
        return query
    scopes = scopes_with(actor, permission)
    mine = frozenset(p for h in actor.holdings if permission in h.permissions for p in h.programs)
    either = []
    if scopes:
        either.append(kind.scope_id.in_(scopes))
    if mine:
        either.append(kind.program_id.in_(mine))
    return query.where(or_(*either)) if either else query.where(false())


def deviation(actor: Actor, deviation_id: UUID, lens: Lens | None = None) -> Deviation:
    """One deviation as it stood under the lens, found by the key of any of its states. Raises NotFound."""
    found = find(actor, deviation_id, lens)
    if found is None:
        raise NotFound(GONE)
    return found


def find(actor: Actor, deviation_id: UUID, lens: Lens | None = None) -> Deviation | None:
    """The same; None where there is none, it may not be seen, or it was not found or recorded under the lens."""
    root = select(Deviation.root_id).where(Deviation.id == deviation_id).scalar_subquery()
    return db.session.scalars(visible(actor, Deviation, lens).where(Deviation.root_id == root)).one_or_none()


def cause(row: Deviation, on: date, zone: str) -> str:
    """The root cause of a deviation as far as it was stated by a day of the site (`zone`, an IANA name).

    A cause has no day of its own. What a state says counts from the day on which a cause was first recorded of the
    deviation: before it nobody had stated one, and one that was put better later is shown as it is known now.
    """
    at = db.session.scalar(select(standing.stated_at()).select_from(Deviation).where(Deviation.id == row.id))
    return cause_on(row.root_cause, day_in(zone, at) if at else None, on)


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


def due(actor: Actor, on: date, days: int) -> list[DueAction]:
    """What an actor who keeps actions has to see to in the coming days, late or not: what was due first comes first.

    Actions that are to be done by then, and done ones whose effect is to be checked by then, of open deviations.
    """
    lens, day = Lens(on), standing.due_day(on)
    still = facts(Deviation, lens).where(standing.is_open(on)).with_only_columns(Deviation.root_id)
    query = (
        visible(actor, CorrectiveAction, lens, permission=Permission.CAPA_MANAGE)
        .add_columns(day, Site.name)
        .join(Scope, Scope.id == CorrectiveAction.scope_id)
        .join(Site, Site.id == Scope.site_id)
        .where(standing.unfinished(on), day <= on + timedelta(days), CorrectiveAction.deviation_id.in_(still))
        .order_by(day, CorrectiveAction.id)
    )
    return [DueAction(*found) for found in db.session.execute(query)]


def counts(scope_ids: Collection[UUID], lens: Lens) -> dict[UUID, Counts]:
    """What stands open at each entry under the lens, in two statements; the caller's scopes are those it may see."""
    on = lens.as_of
    audited = Deviation.source == DeviationSource.AUDIT
    kinds = (Deviation.scope_id, Deviation.severity, audited)
    standing_open = facts(Deviation, lens).where(Deviation.scope_id.in_(scope_ids), standing.is_open(on))
    several: dict[UUID, list[Any]] = {}
    for scope_id, *kind in db.session.execute(standing_open.with_only_columns(*kinds, func.count()).group_by(*kinds)):
        several.setdefault(scope_id, []).append(kind)
    steps = facts(CorrectiveAction, lens).where(CorrectiveAction.scope_id.in_(scope_ids), standing.unfinished(on))
    late = func.count().filter(standing.is_late(on))
    actions = steps.with_only_columns(CorrectiveAction.scope_id, func.count(), late).group_by(CorrectiveAction.scope_id)
    unfinished = {scope_id: numbers for scope_id, *numbers in db.session.execute(actions)}
    return {
        key: Counts(
            _by_severity((severity, n) for severity, _, n in several.get(key, ())),
            _by_severity((severity, n) for severity, of_audit, n in several.get(key, ()) if of_audit),
            *unfinished.get(key, (0, 0)),
        )
        for key in scope_ids
    }


def _by_severity(counted: Iterable[tuple[DeviationSeverity, int]]) -> dict[DeviationSeverity, int]:
    found = dict.fromkeys(DeviationSeverity, 0)
    for severity, number in counted:
        found[severity] += number
    return found
