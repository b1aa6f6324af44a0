"""Evidence of a site that serves several of its programs: which it may serve, and how it comes under them."""

from collections.abc import Collection
from datetime import date

from rems.access.rules import Permission, can, require
from rems.core.actor import Actor
from rems.core.errors import BadInput
from rems.evidence import steps as evidence
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, serves, why_not
from rems.sites import queries
from rems.sites.queries import Entry

FIELD = "also"


def others(actor: Actor, entry: Entry, kind: EvidenceKind, on: date) -> list[Entry]:
    """The site's other programs, by title, whose rules of that day ask for such evidence and take it from elsewhere."""
    given = entry.program.version_on(on)
    return [
        other
        for other in queries.entries(actor, entry.site_id)
        if other.scope_id != entry.scope_id and serves(kind, given=given, wanted=other.program.version_on(on))
    ]


def choices(actor: Actor, entry: Entry, kinds: Collection[EvidenceKind], on: date) -> list[tuple[str, str]]:
    """Those programs for a form, for evidence of any of these kinds: their codes and titles.

    None for whom the evidence does not belong to: what a site shows to whom is the site's alone.
    """
    if not can(actor, Permission.STAFF_MANAGE, scope_id=entry.site_id):
        return []
    found = {other.program.code: other.program.title for kind in kinds for other in others(actor, entry, kind, on)}
    return sorted(found.items(), key=lambda pair: pair[1])


def serve(row: Evidence, entry: Entry, codes: Collection[str], *, by: Actor, on: date) -> None:
    """Put evidence given under an entry under further programs of the site too, in the open transaction.

    Raises NotAllowed for whom the evidence does not belong to, NotFound for a program that the site has not entered,
    BadInput for one that does not take it.
    """
    if codes:
        require(by, Permission.STAFF_MANAGE, scope_id=entry.site_id)
    given = entry.program.version_on(on)
    for code in dict.fromkeys(codes):
        other = queries.entry(by, entry.site_id, code)
        if why := why_not(row.kind, given=given, wanted=other.program.version_on(on)):
            raise BadInput(f"Counts for: {other.program.title} {why}", FIELD)
        evidence.put_under(row, other.program_id, title=other.program.title)
