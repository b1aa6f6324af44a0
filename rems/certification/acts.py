"""The acts of a certification and the exceptions a site invoked, as findings and pages read them. Writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rems.certification.models import Certification, CertificationAct, ExceptionInvocation
from rems.certification.states import Act, ActKind
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens


def acts_of(scope_ids: Collection[UUID], lens: Lens | None) -> Mapping[UUID, Sequence[Act]]:
    """The acts of each entry in force under the lens, in the order of their days, then as they were recorded.

    Two statements for any number of entries. A certificate that no act names counts as an act of its day: so were
    they given before acts were kept. Without a lens: acts of any day, with all that is known now.
    """
    found: dict[UUID, list[Act]] = {scope_id: [] for scope_id in scope_ids}
    numbers: dict[UUID, str] = {}
    given = facts(Certification, lens).where(Certification.scope_id.in_(scope_ids))
    columns = (Certification.id, Certification.scope_id, Certification.holds_on, Certification.number)
    certificates = db.session.execute(
        given.with_only_columns(*columns, Certification.recorded_by, Certification.recorded_at)
    ).all()
    numbers.update({row.id: row.number for row in certificates})
    named = set()
    for row in _acts(scope_ids, lens):
        named.add(row.certificate_id)
        found[row.scope_id].append(
            Act(
                row.kind,
                row.holds_on,
                row.reason,
                number=numbers.get(row.certificate_id, ""),
                until_on=row.until_on,
                by=name_of(row.recorded_by),
                id=row.id,
                recorded_at=row.recorded_at,
            )
        )
    for one in certificates:
        if one.id not in named:
            found[one.scope_id].append(
                Act(
                    ActKind.CERTIFIED,
                    one.holds_on,
                    "",
                    number=one.number,
                    by=name_of(one.recorded_by),
                    id=one.id,
                    recorded_at=one.recorded_at,
                )
            )
    return {scope_id: tuple(sorted(acts, key=_order)) for scope_id, acts in found.items()}


def _acts(scope_ids: Collection[UUID], lens: Lens | None) -> Sequence[Any]:
    act = CertificationAct
    columns = (act.id, act.scope_id, act.kind, act.holds_on, act.reason, act.until_on, act.certificate_id)
    query = facts(act, lens).where(act.scope_id.in_(scope_ids))
    return db.session.execute(query.with_only_columns(*columns, act.recorded_by, act.recorded_at)).all()


def _order(act: Act) -> tuple[Any, ...]:
    return act.on, act.recorded_at, act.id


def name_of(recorded_by: str) -> str:
    """Who recorded a fact, without the key of the account."""
    return recorded_by.rpartition(" <")[0] or recorded_by


def invocations_of(scope_ids: Collection[UUID], lens: Lens | None) -> Mapping[UUID, Sequence[ExceptionInvocation]]:
    """The exceptions that each entry has invoked under the lens, also those that ended, by their first day."""
    found: dict[UUID, list[ExceptionInvocation]] = {scope_id: [] for scope_id in scope_ids}
    query = facts(ExceptionInvocation, lens).where(ExceptionInvocation.scope_id.in_(scope_ids))
    for row in db.session.scalars(query.order_by(ExceptionInvocation.holds_on, ExceptionInvocation.id)):
        found[row.scope_id].append(row)
    return found


def act_row(scope_id: UUID, act_id: UUID) -> CertificationAct | None:
    """One act with all it keeps; None for a certificate of before acts were kept."""
    query = select(CertificationAct).where(CertificationAct.id == act_id, CertificationAct.scope_id == scope_id)
    return db.session.scalars(query).one_or_none()
