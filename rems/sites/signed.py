"""How the content of a signed enrollment form is worked out again, for whoever checks a signature."""

from datetime import datetime
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import db
from rems.signatures.registry import Record, content_of
from rems.sites import queries
from rems.sites.models import AuthorizedRepresentative, SiteEnrollment, StaffMember


@content_of("site_enrollment")
def enrollment(actor: Actor, key: UUID, known_at: datetime | None) -> Record | None:
    """An enrollment form as it is known; None where the actor may not see it."""
    form = db.session.get(SiteEnrollment, key)
    named = db.session.get(AuthorizedRepresentative, form.representative_id) if form else None
    person = db.session.get(StaffMember, named.staff_member_id) if named else None
    if form is None or person is None:
        return None
    entry = queries.entry_of_scope(actor, form.scope_id)
    title = f"Enrollment form of {queries.site(actor, entry.site_id).name} under {entry.program.title}"
    path = f"/sites/{entry.site_id}/programs/{entry.program.code}/enrollment?as_of={form.holds_on.isoformat()}"
    return Record(queries.signed_content(entry, form, person, known_at), title, path)
