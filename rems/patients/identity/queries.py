"""What is kept of who a patient is: whether there are details, who opened them, which cards were printed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from rems.access.waiting import Failures
from rems.core.db import db
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.patients.identity.models import CardGuess, IdentityOpening, PatientIdentity, WalletCard
from rems.patients.identity.rules import Contact
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.sites import details
from rems.sites.models import SiteContact
from rems.sites.rules import ContactRole


@dataclass(frozen=True)
class Opened:
    """The details of a patient, readable. They go into one answer and nowhere else."""

    row_id: UUID
    contact: Contact
    birth_on: date | None
    since: date


def kept(patient_id: UUID, site_id: UUID) -> PatientIdentity | None:
    """The details of a patient as they are now, still sealed; None: none are kept, or they are not the actor's."""
    query = facts(PatientIdentity, scope_id=site_id).where(PatientIdentity.patient_id == patient_id)
    return db.session.scalars(query).one_or_none()


def openings(patient_id: UUID, lens: Lens | None = None, *, limit: int | None = None) -> list[IdentityOpening]:
    """Who opened the details and why, the newest first."""
    query = facts(IdentityOpening, lens).where(IdentityOpening.patient_id == patient_id)
    query = query.order_by(IdentityOpening.recorded_at.desc(), IdentityOpening.id.desc())
    return list(db.session.scalars(query if limit is None else query.limit(limit)))


def opened_times(patient_id: UUID, lens: Lens | None = None) -> int:
    """How often the details were opened."""
    query = facts(IdentityOpening, lens).where(IdentityOpening.patient_id == patient_id)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def cards(patient_id: UUID, lens: Lens | None = None) -> list[WalletCard]:
    """The wallet cards of a patient as they stand, the newest first."""
    query = facts(WalletCard, lens).where(WalletCard.patient_id == patient_id)
    return sorted(db.session.scalars(query), key=lambda card: card.root_id, reverse=True)


def card_of(digest: str) -> WalletCard | None:
    """The card whose code has that digest, as it stands."""
    return db.session.scalars(facts(WalletCard).where(WalletCard.code_digest == digest)).one_or_none()


def guesses(address: str, *, since: datetime) -> Failures:
    """Codes that were none, asked for from an address since a moment (UTC)."""
    query = select(func.count(), func.max(CardGuess.recorded_at))
    count, last_at = db.session.execute(query.where(CardGuess.address == address, CardGuess.recorded_at >= since)).one()
    return Failures(count, last_at)


def around_the_clock(site_id: UUID, lens: Lens) -> SiteContact | None:
    """The contact of a site that answers day and night, with a phone; None: the site named none."""
    found = details.contacts(site_id, lens)
    return next((one for one in found if one.role is ContactRole.AROUND_THE_CLOCK and one.phone), None)


def product_words(patient: Patient, place: Place) -> str:
    """Kymriah (tisagenlecleucel): the product as an emergency room looks it up."""
    inn = next((p.inn for p in place.program.products if p.name == patient.product), "")
    return f"{patient.product} ({inn})" if inn else patient.product
