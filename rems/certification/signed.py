"""How the content of a signed certificate and of a signed act is worked out again, for whoever checks a signature."""

from datetime import datetime
from uuid import UUID

from rems.certification.keeping import act_content
from rems.certification.models import Certification, CertificationAct
from rems.certification.moves import TITLES
from rems.certification.queries import signed_content
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import NotFound
from rems.signatures.registry import Record, content_of
from rems.sites import queries as sites
from rems.sites.queries import Entry


@content_of("certification")
def certificate(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None:
    """A certificate, which is never changed."""
    row = db.session.get(Certification, key)
    entry = _entry(actor, row.scope_id) if row else None
    if row is None or entry is None:
        return None
    path = f"{_path(entry)}?as_of={row.holds_on.isoformat()}"
    return Record(signed_content(entry, row), f"Certificate {row.number}", path)


@content_of("certification_act")
def act(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None:
    """An act, which is never changed."""
    row = db.session.get(CertificationAct, key)
    entry = _entry(actor, row.scope_id) if row else None
    if row is None or entry is None:
        return None
    title = f"{TITLES[row.kind]}, {entry.program.title}"
    return Record(act_content(entry, row), title, f"{_path(entry)}/acts/{row.id}")


def _path(entry: Entry) -> str:
    return f"/sites/{entry.site_id}/programs/{entry.program.code}"


def _entry(actor: Actor, scope_id: UUID) -> Entry | None:
    """The entry behind a scope, where the actor may see it."""
    try:
        return sites.entry_of_scope(actor, scope_id)
    except NotFound:
        return None
