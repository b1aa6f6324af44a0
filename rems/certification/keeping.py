"""What every act of a certification shares: open, look, refuse, keep and sign, in the transaction of the use case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from rems.access.rules import Permission, require
from rems.certification import moves, queries, rules
from rems.certification.acts import acts_of
from rems.certification.models import Certification, CertificationAct
from rems.certification.queries import Standing
from rems.certification.states import Act, ActKind
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.programs.rules import Version
from rems.signatures import steps as signatures
from rems.signatures.rules import Meaning
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import said, version_open_on

MEANINGS: dict[ActKind, Meaning] = {
    ActKind.SUBMITTED: Meaning.ATTESTATION,
    ActKind.RETURNED: Meaning.REVIEW,
    ActKind.CERTIFIED: Meaning.APPROVAL,
    ActKind.SUSPENDED: Meaning.APPROVAL,
    ActKind.REINSTATED: Meaning.APPROVAL,
    ActKind.DECERTIFIED: Meaning.APPROVAL,
}
STATEMENTS: dict[ActKind, str] = {
    ActKind.SUBMITTED: "I submit this application for the site and its associated clinics; it is true and complete.",
    ActKind.RETURNED: "I reviewed this application and return it for the reasons given.",
    ActKind.SUSPENDED: "I suspend the certification of this site.",
    ActKind.REINSTATED: "I reinstate the certification of this site.",
    ActKind.DECERTIFIED: "I take away the certification of this site.",
}


@dataclass(frozen=True)
class Desk:
    """A certification on the table: where it is, what was done so far, and how the site stands on the day."""

    site: Site
    entry: Entry
    version: Version
    acts: tuple[Act, ...]
    standing: Standing

    @property
    def lapsed(self) -> bool:
        return moves.has_lapsed(self.acts, may_treat=self.standing.certified)


def on_the_table(
    site_id: UUID,
    code: str,
    kind: ActKind,
    *,
    holds_on: date,
    seen: UUID | None,
    words: str,
    by: Actor,
    now: datetime,
    known_at: datetime | None = None,
) -> Desk:
    """Everything an act looks at; whoever acts on the same certification at the same moment waits.

    Raises NotFound, NotAllowed, StaleRecord, BadInput for the day, IllegalMove.
    """
    require_transaction("acting on a certification")
    site = sites.site(by, site_id)
    entry = sites.entry(by, site_id, code)
    permission = Permission.SITE_ATTEST if kind is ActKind.SUBMITTED else Permission.SITE_CERTIFY
    program_id = None if kind is ActKind.SUBMITTED else entry.program_id
    require(by, permission, scope_id=entry.scope_id, program_id=program_id)
    lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
    db.session.execute(lock, {"key": f"certification {entry.scope_id}"})
    acts = tuple(acts_of([entry.scope_id], None)[entry.scope_id])
    moves.check_seen(acts, seen)
    moves.check_day(holds_on, acts, today=day_in(site.timezone, now), words=words)
    version = version_open_on(entry.program, holds_on)
    if not rules.asks_for_certification(version):
        raise BadInput(f"{entry.program.title} asks for no certification, so there is none to give.", "holds_on")
    desk = Desk(site, entry, version, acts, queries.standing(by, entry, Lens(holds_on, known_at)))
    moves.check_allowed(kind, acts, lapsed=desk.lapsed)
    return desk


def keep(
    desk: Desk,
    kind: ActKind,
    *,
    holds_on: date,
    reason: str = "",
    until_on: date | None = None,
    certificate: Certification | None = None,
    content: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> CertificationAct:
    """The act, after the last one that was kept, and the signature under it."""
    require_transaction("keeping an act")
    row = CertificationAct(
        id=uuid7(),
        scope_id=desk.entry.scope_id,
        program_id=desk.entry.program_id,
        holds_on=holds_on,
        kind=kind,
        reason=reason,
        until_on=until_on,
        after_id=_last_kept(desk.acts),
        certificate_id=certificate.id if certificate else None,
        content=dict(content or {}),
    )
    db.session.add(row)
    statement = STATEMENTS.get(kind) or f"Approval of certificate {certificate.number if certificate else ''}"
    sign(desk, act_content(desk.entry, row), "certification_act", row.id, kind, statement, by=by, now=now)
    return row


def sign(
    desk: Desk,
    content: Mapping[str, Any],
    table: str,
    subject_id: UUID,
    kind: ActKind,
    statement: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Bind the actor to what the act says."""
    signatures.sign(
        content,
        table=table,
        subject_id=subject_id,
        scope_id=desk.entry.scope_id,
        program_id=desk.entry.program_id,
        meaning=MEANINGS[kind],
        statement=statement,
        timezone=desk.site.timezone,
        by=by,
        at=now,
    )


def act_content(entry: Entry, row: CertificationAct) -> dict[str, Any]:
    """What the signature under an act is bound to."""
    return {
        "site": str(entry.site_id),
        "program": entry.program.code,
        "kind": row.kind.value,
        "holds_on": row.holds_on.isoformat(),
        "until_on": row.until_on.isoformat() if row.until_on else None,
        "reason": row.reason,
        "after": str(row.after_id) if row.after_id else None,
        "certificate": str(row.certificate_id) if row.certificate_id else None,
        "content": row.content,
    }


def _last_kept(acts: Sequence[Act]) -> UUID | None:
    """The key of the last act that has a row of its own; a certificate of before acts were kept has none."""
    keys = [a.id for a in acts if a.id]
    if not keys:
        return None
    rows = db.session.scalars(select(CertificationAct.id).where(CertificationAct.id.in_(keys)))
    known = set(rows)
    return next((key for key in reversed(keys) if key in known), None)


def cannot(site: Site, verb: str, day: date, missing: int) -> str:
    """Harrow Lake cannot be certified from 4 Jun 2018: 2 requirements are not met on that day."""
    many = "requirement is" if missing == 1 else "requirements are"
    return f"{site.name} cannot {verb} {said(day)}: {missing} {many} not met on that day."
