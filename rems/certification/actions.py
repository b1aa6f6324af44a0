"""Certify a site under a program."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from rems.access.rules import Permission, require
from rems.certification import queries, rules
from rems.certification.models import Certification
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, history_is_entered, transaction
from rems.core.errors import BadInput, Incomplete
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.programs.rules import Version
from rems.signatures import steps as signatures
from rems.signatures.rules import Meaning
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.sites.rules import check_not_ahead, said, version_open_on
from rems.trail.knowing import settled


def certify(site_id: UUID, code: str, *, holds_on: date, password: str | None, by: Actor, now: datetime) -> UUID:
    """Let a site treat under a program from a day on, once every requirement to become certified is met on that day.

    The certificate keeps the findings of the day, the moment they were known at and the digest of the rules; the
    signature is bound to all of them. Raises NotFound, NotAllowed, BadInput, Incomplete with each open requirement.
    """
    signatures.check_password(by, password, now=now)
    known_at = now if history_is_entered() else settled()[0]
    with transaction(by, "certification.certify", at=now) as session:
        site = sites.site(by, site_id)
        entry = sites.entry(by, site_id, code)
        require(by, Permission.SITE_CERTIFY, scope_id=entry.scope_id, program_id=entry.program_id)
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="Certified from")
        version = version_open_on(entry.program, holds_on)
        _check_asked_and_new(entry, version)
        standing = queries.standing(by, entry, Lens(holds_on, known_at))
        if missing := rules.gaps(rules.to_become_certified(standing.findings)):
            verb = "requirement is" if len(missing) == 1 else "requirements are"
            raise Incomplete(
                f"{site.name} cannot be certified from {said(holds_on)}: {len(missing)} {verb} not met on that day.",
                [f"{f.requirement.title}: {f.why}" for f in missing],
            )
        row = Certification(
            id=uuid7(),
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=holds_on,
            number=_next_number(entry),
            program_version=version.version,
            rules_digest=version.digest,
            findings={f.requirement.code: {"state": f.state, "why": f.why} for f in standing.findings},
            known_at=known_at,
        )
        session.add(row)
        signatures.sign(
            queries.signed_content(entry, row),
            table="certification",
            subject_id=row.id,
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            meaning=Meaning.APPROVAL,
            statement=f"Approval of certificate {row.number}",
            timezone=site.timezone,
            by=by,
            at=now,
        )
    return row.id


def _check_asked_and_new(entry: Entry, version: Version) -> None:
    """A program without requirements to become certified gives no certificate, and a site gets it once.

    Raises BadInput. Two who certify the same site at the same moment go one after the other.
    """
    title = entry.program.title
    if not rules.asks_for_certification(version):
        raise BadInput(f"{title} asks for no certification, so there is none to give.", "holds_on")
    lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
    db.session.execute(lock, {"key": f"certification {entry.scope_id}"})
    if has := queries.certification(entry.scope_id, None):
        raise BadInput(
            f"The site is certified under {title} already: certificate {has.number}, since {said(has.holds_on)}.",
            "holds_on",
        )


def _next_number(entry: Entry) -> str:
    """The last word of the program's code and a running number; no two are the same, and some may be left out."""
    number = db.session.execute(text("select nextval('certificate_number')")).scalar_one()
    return f"{entry.program.code.rsplit('-', 1)[-1]}-{number:04d}"
