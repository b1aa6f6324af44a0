"""Read all that findings are worked out from, for any number of entries in the same few statements. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on

from rems.certification.acts import acts_of, invocations_of
from rems.certification.models import Certification, ExceptionInvocation
from rems.certification.roster import at_work, designations, handovers, rosters, who_signs
from rems.certification.rules import Piece, SiteFacts
from rems.certification.states import Act
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.queries import Kept
from rems.programs import queries as programs
from rems.programs.rules import EvidenceKind
from rems.sites.queries import Entry
from rems.stock import queries as stock
from rems.training.courses import queries as courses


@dataclass(frozen=True)
class Gathered:
    """What is known of one entry under a lens, whatever version of its program it is then held against."""

    entry: Entry
    facts: SiteFacts
    certificate: Certification | None
    acts: tuple[Act, ...]
    invoked: tuple[ExceptionInvocation, ...]


def gather(entries: Sequence[Entry], lens: Lens) -> Mapping[UUID, Gathered]:
    """By scope. The entries were looked up for the reader, so they may be seen.

    About fourteen statements, however many entries there are, and only about the sites that are asked for.
    """
    sites, scopes = list({e.site_id for e in entries}), [e.scope_id for e in entries]
    if not entries:
        return {}
    people, named = rosters(sites, lens), designations(scopes, lens)
    acts, invoked, certificates = acts_of(scopes, lens), invocations_of(scopes, lens), certificates_of(scopes, lens)
    pieces, infused = _pieces(entries, lens)
    weight = programs.reference_weight_kg(lens.known_at)
    doses = stock.doses_of(sites, lens, weight)
    forms = evidence.days_of(sites, list({e.program_id for e in entries}), EvidenceKind.ENROLLMENT_FORM, lens)
    editions = courses.renewals({e.program_id for e in entries}, lens)
    found = {}
    for entry in entries:
        listed, certificate = people[entry.site_id], certificates.get(entry.scope_id)
        who, left = who_signs(named[entry.scope_id], listed, lens.as_of)
        place = (entry.site_id, entry.program_id)
        known = SiteFacts(
            site_id=entry.site_id,
            evidence=tuple(pieces.get(place, ())),
            staff=at_work(listed, lens.as_of),
            representative=who,
            left=left,
            doses=doses[entry.site_id],
            weight_kg=weight,
            certified_on=certificate.holds_on if certificate else None,
            last_infused_on=infused.get(place),
            handovers=handovers(named[entry.scope_id], listed, forms.get(place, ())),
            editions=editions.get(entry.program_id, ()),
        )
        found[entry.scope_id] = Gathered(
            entry, known, certificate, tuple(acts[entry.scope_id]), tuple(invoked[entry.scope_id])
        )
    return found


def certificates_of(scope_ids: Sequence[UUID], lens: Lens | None) -> dict[UUID, Certification]:
    """The newest certificate of each entry under the lens; without a lens the newest of any day."""
    row = Certification
    query = facts(row, lens).where(row.scope_id.in_(scope_ids)).ext(distinct_on(row.scope_id))
    rows = db.session.scalars(query.order_by(row.scope_id, row.holds_on.desc(), row.id.desc()))
    return {one.scope_id: one for one in rows}


Place = tuple[UUID, UUID]
"""A site under a program."""


def _pieces(entries: Sequence[Entry], lens: Lens) -> tuple[Mapping[Place, Sequence[Piece]], Mapping[Place, date]]:
    """The evidence of each entry, and the day of its last infusion."""
    sites, programs = list({e.site_id for e in entries}), list({e.program_id for e in entries})
    happened = evidence.year_of(sites, programs, lens)
    kept = [
        *evidence.newest_of(sites, programs, lens),
        *happened,
        *evidence.about_of(sites, programs, happened, lens),
    ]
    found: dict[Place, list[Piece]] = {}
    for one in kept:
        found.setdefault((one.scope_id, one.program_id), []).append(_piece(one))
    return found, evidence.last_of(sites, programs, EvidenceKind.INFUSION, lens)


def _piece(one: Kept) -> Piece:
    return Piece(one.kind, one.subject_id, one.holds_on, one.until_on, one.summary, one.label, one.patient_id, one.id)
