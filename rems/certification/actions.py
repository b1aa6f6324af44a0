"""The acts of a certification: submit, return, certify, suspend, reinstate, de-certify. Each is signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from rems.certification import applying, keeping, moves, queries, rules
from rems.certification.keeping import Desk, cannot
from rems.certification.models import Certification
from rems.certification.states import ActKind
from rems.core.actor import Actor
from rems.core.db import db, history_is_entered, transaction
from rems.core.errors import BadInput, Incomplete, NotAllowed
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.signatures import steps as signatures
from rems.signatures.rules import Given
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS, check_ends, said
from rems.trail.knowing import settled

# The use case as the trail names it, what its day is called, and what its reason has to say.
DECISIONS: dict[ActKind, tuple[str, str, str]] = {
    ActKind.SUSPENDED: ("suspend", "Suspended from", "say why the certification is suspended."),
    ActKind.REINSTATED: ("reinstate", "Reinstated from", "say why the certification is in force again."),
    ActKind.DECERTIFIED: ("decertify", "De-certified from", "say why the certification is taken away."),
}


def submit(
    site_id: UUID,
    code: str,
    *,
    holds_on: date,
    seen: UUID | None,
    corrected: str = "",
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """The authorized representative submits the application, once all that the site itself must do is done.

    Keeps what was submitted as it stood; `corrected` says what is new after a return. Raises NotFound, NotAllowed (it
    names who may sign), BadInput, IllegalMove, StaleRecord, Incomplete with each open task.
    """
    signatures.check_password(by, password, now=now)
    with transaction(by, "certification.submit", at=now):
        desk = keeping.on_the_table(
            site_id, code, ActKind.SUBMITTED, holds_on=holds_on, seen=seen, words="Submitted for", by=by, now=now
        )
        _check_signer(desk, by)
        reasons = applying.reasons_of(desk.entry.scope_id, desk.acts)
        if reasons and not corrected.strip():
            raise BadInput("What was corrected: answer the reasons of the return in a sentence or two.", "corrected")
        if missing := applying.open_tasks(applying.tasks(desk.standing, reasons)):
            raise Incomplete(
                cannot(desk.site, "submit its application for", holds_on, len(missing)),
                [f"{t.title}: {t.finding.why}" for t in missing],
            )
        content = applying.as_submitted(desk.site, desk.standing)
        row = keeping.keep(
            desk, ActKind.SUBMITTED, holds_on=holds_on, reason=corrected.strip(), content=content, by=by, now=now
        )
    return row.id


def return_application(
    site_id: UUID,
    code: str,
    *,
    holds_on: date,
    seen: UUID | None,
    reason: str,
    tasks: Mapping[str, str],
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """The program manager sends an application back: why, and what is to be corrected in which task.

    `tasks` holds a sentence by the code of its requirement. Raises NotFound, NotAllowed, BadInput, IllegalMove,
    StaleRecord.
    """
    signatures.check_password(by, password, now=now)
    told = {task: words.strip() for task, words in tasks.items() if words.strip()}
    with transaction(by, "certification.return_application", reason.strip(), at=now):
        desk = keeping.on_the_table(
            site_id, code, ActKind.RETURNED, holds_on=holds_on, seen=seen, words="Returned on", by=by, now=now
        )
        kept = moves.check_reason(reason, words="say in a sentence why the application goes back.")
        known = applying.may_be_returned(desk.entry.scope_id, desk.acts, applying.tasks(desk.standing, {}))
        if unknown := sorted(told.keys() - known):
            raise BadInput(f'"{unknown[0]}" is no task of this application.')
        row = keeping.keep(
            desk, ActKind.RETURNED, holds_on=holds_on, reason=kept, content={"tasks": told}, by=by, now=now
        )
    return row.id


def certify(
    site_id: UUID,
    code: str,
    *,
    holds_on: date,
    seen: UUID | None,
    reason: str = "",
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """Approve an application: the site may treat from a day on, once every requirement to become certified is met.

    The certificate keeps the findings of the day, the moment they were known at and the digest of the rules; the
    signature is bound to all of them. To certify again asks for a reason. Raises NotFound, NotAllowed, BadInput,
    IllegalMove, StaleRecord, Incomplete with each open requirement.
    """
    signatures.check_password(by, password, now=now)
    known_at = now if history_is_entered() else settled()[0]
    with transaction(by, "certification.certify", reason.strip(), at=now) as session:
        desk = keeping.on_the_table(
            site_id,
            code,
            ActKind.CERTIFIED,
            holds_on=holds_on,
            seen=seen,
            words="Certified from",
            by=by,
            now=now,
            known_at=known_at,
        )
        if moves.last_of(desk.acts, moves.HOLDING):
            moves.check_reason(reason, words="say why the site is certified again.")
        if missing := rules.gaps(rules.to_become_certified(desk.standing.findings)):
            raise Incomplete(
                cannot(desk.site, "be certified from", holds_on, len(missing)),
                [f"{f.requirement.title}: {f.why}" for f in missing],
            )
        row = Certification(
            id=uuid7(),
            scope_id=desk.entry.scope_id,
            program_id=desk.entry.program_id,
            holds_on=holds_on,
            number=_next_number(desk.entry),
            program_version=desk.version.version,
            rules_digest=desk.version.digest,
            findings={f.requirement.code: {"state": f.state, "why": f.why} for f in desk.standing.findings},
            known_at=known_at,
        )
        session.add(row)
        content, statement = queries.signed_content(desk.entry, row), f"Approval of certificate {row.number}"
        keeping.sign(desk, content, "certification", row.id, ActKind.CERTIFIED, statement, by=by, now=now)
        session.flush()
        keeping.keep(desk, ActKind.CERTIFIED, holds_on=holds_on, reason=reason.strip(), certificate=row, by=by, now=now)
    return row.id


def suspend(
    site_id: UUID,
    code: str,
    *,
    holds_on: date,
    until_on: date | None = None,
    seen: UUID | None,
    reason: str,
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """The site may not treat from a day on: until the last day given, or until it is reinstated.

    Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord.
    """
    decided = Said(holds_on, seen, reason, until_on)
    return _decide(ActKind.SUSPENDED, site_id, code, decided, password=password, by=by, now=now)


def reinstate(
    site_id: UUID,
    code: str,
    *,
    holds_on: date,
    seen: UUID | None,
    reason: str,
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """A suspended site may treat again. Raises NotFound, NotAllowed, BadInput, IllegalMove, StaleRecord."""
    decided = Said(holds_on, seen, reason)
    return _decide(ActKind.REINSTATED, site_id, code, decided, password=password, by=by, now=now)


def decertify(
    site_id: UUID,
    code: str,
    *,
    holds_on: date,
    seen: UUID | None,
    reason: str,
    password: Given,
    by: Actor,
    now: datetime,
) -> UUID:
    """The certification ends; the site may apply again. Raises as the others do."""
    decided = Said(holds_on, seen, reason)
    return _decide(ActKind.DECERTIFIED, site_id, code, decided, password=password, by=by, now=now)


@dataclass(frozen=True)
class Said:
    """What a decision about a certificate says: its days, the last act it was made after, and why."""

    holds_on: date
    seen: UUID | None
    reason: str
    until_on: date | None = None


def _decide(kind: ActKind, site_id: UUID, code: str, what: Said, *, password: Given, by: Actor, now: datetime) -> UUID:
    signatures.check_password(by, password, now=now)
    verb, words, why = DECISIONS[kind]
    with transaction(by, f"certification.{verb}", what.reason.strip(), at=now):
        desk = keeping.on_the_table(
            site_id, code, kind, holds_on=what.holds_on, seen=what.seen, words=words, by=by, now=now
        )
        check_ends(what.holds_on, what.until_on, words="Suspended until")
        reason = moves.check_reason(what.reason, words=why)
        row = keeping.keep(desk, kind, holds_on=what.holds_on, until_on=what.until_on, reason=reason, by=by, now=now)
    return row.id


def _check_signer(desk: Desk, by: Actor) -> None:
    """Where the rules of the day ask for an authorized representative, nobody else submits. Raises NotAllowed."""
    named = sites.representative(desk.entry.scope_id, Lens(desk.standing.lens.as_of))
    if named is None or not applying.asks_for_representative(desk.version):
        return  # without one the open task says so
    _, person = named
    if not sites.is_person(by, person):
        on = desk.standing.lens.as_of
        role = ROLE_WORDS[details.role_of(person, Lens(on))].lower()
        raise NotAllowed(
            f"Only the authorized representative of {said(on)} submits the application: {person.name}, {role}."
        )


def _next_number(entry: Entry) -> str:
    """The last word of the program's code and a running number; no two are the same, and some may be left out."""
    number = db.session.execute(text("select nextval('certificate_number')")).scalar_one()
    return f"{entry.program.code.rsplit('-', 1)[-1]}-{number:04d}"
