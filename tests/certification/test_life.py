"""The whole life of a certification; at its end every question that was asked on the way is asked again."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from rems.access.rules import Role
from rems.certification import actions, queries, relying, sharing
from rems.certification.states import CertificationState
from rems.core.db import reading
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.trail.knowing import settled
from tests.factories import KYMRIAH, Hospital, World

APPLIED, RETURNED, AGAIN, CERTIFIED = date(2018, 6, 4), date(2018, 6, 8), date(2018, 6, 12), date(2018, 6, 15)
FOLLOWS, LAST_OF_GRACE = date(2019, 3, 4), date(2019, 4, 3)
LAPSED, ENROLLED, RECERTIFIED = date(2019, 4, 4), date(2019, 4, 15), date(2019, 4, 18)
SUSPENDED, SUSPENDED_UNTIL = date(2020, 2, 3), date(2020, 2, 28)
SHORT, DELIVERED = date(2021, 12, 6), date(2022, 2, 7)
CLOSED = date(2025, 6, 26)
DAY = timedelta(days=1)

# How the site stands on each day, once all is recorded.
STATES = {
    APPLIED - DAY: CertificationState.NOT_ENROLLED,
    APPLIED: CertificationState.IN_PROGRESS,
    CERTIFIED: CertificationState.OPEN_FINDINGS,
    LAST_OF_GRACE: CertificationState.OPEN_FINDINGS,
    LAPSED: CertificationState.LAPSED,
    RECERTIFIED: CertificationState.OPEN_FINDINGS,
    SUSPENDED: CertificationState.SUSPENDED,
    SUSPENDED_UNTIL + DAY: CertificationState.OPEN_FINDINGS,
    SHORT: CertificationState.OPEN_FINDINGS,
    CLOSED - DAY: CertificationState.OPEN_FINDINGS,
    CLOSED: CertificationState.CLOSED,
}
NOTED = (APPLIED, CERTIFIED, LAPSED, RECERTIFIED, SUSPENDED, SHORT, CLOSED)
Asked = tuple[date, datetime]


def told(standing: queries.Standing) -> tuple[Any, ...]:
    """All of an answer that a page or a paper could print."""
    found = [(f.requirement.code, f.state, f.why, f.until, f.facts) for f in standing.findings]
    version = standing.version.digest if standing.version else None
    acts = [(a.id, a.kind, a.on, a.until_on, a.reason, a.number, a.by) for a in standing.acts]
    invoked = [(r.id, r.holds_on, r.until_on) for r in standing.invoked]
    number = standing.certificate.number if standing.certificate else ""
    return found, standing.state, standing.sentence, version, number, acts, invoked


@dataclass
class Life:
    """A site on its way; what was answered after each step, by the day and the moment of knowledge asked about."""

    hospital: Hospital
    answers: dict[Asked, tuple[Any, ...]] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        return {"by": self.hospital.coordinator, "now": self.hospital.world.now}

    def ask(self, on: date, known_at: datetime | None = None) -> queries.Standing:
        """Inside a reading of the program manager."""
        entry = site_queries.entry(self.hospital.manager, self.hospital.site_id, KYMRIAH)
        return queries.standing(self.hospital.manager, entry, Lens(on, known_at))

    def state(self, on: date) -> CertificationState:
        """As known now."""
        with reading(self.hospital.manager):
            return self.ask(on).state.state

    def note(self) -> None:
        """A step is done: ask about days before and after it, as known at this moment."""
        with reading(self.hospital.manager):
            known_at, sure = settled()
        assert sure
        with reading(self.hospital.manager):
            self.answers |= {(on, known_at): told(self.ask(on, known_at)) for on in NOTED}

    def decide(self, act: Any, on: date, **more: Any) -> None:
        act(self.hospital.site_id, KYMRIAH, **self.hospital.signed(on), by=self.hospital.manager, **more)
        self.note()


def test_every_answer_of_a_whole_life_stays_what_it_was(world: World) -> None:
    life = Life(world.hospital(KYMRIAH, name="Harrow Lake", country="US", timezone="America/Chicago"))
    life.note()
    becomes_certified(life)
    changes_its_representative(life)
    goes_on(life)
    corrects(life)
    assert {on: life.state(on) for on in STATES} == STATES
    with reading(life.hospital.manager):
        again = {(on, known_at): told(life.ask(on, known_at)) for on, known_at in life.answers}
    assert again == life.answers
    assert len({str(answer) for answer in again.values()}) > 30  # or nothing was tried


def becomes_certified(life: Life) -> None:
    hospital = life.hospital
    hospital.applied(APPLIED)
    life.note()
    why = {"reason": "One answer is not clear.", "tasks": {"SITE-PROC-NEW-STAFF": "Name the version in force."}}
    life.decide(actions.return_application, RETURNED, **why)
    procedure = {"holds_on": AGAIN, "summary": "SOP 1, version 2."}
    sites.record_process(hospital.site_id, KYMRIAH, EvidenceKind.PROCEDURE_NEW_STAFF, **procedure, **life.said())
    hospital.submitted(AGAIN, corrected="Version 2 is in force.")
    life.note()
    life.decide(actions.certify, CERTIFIED)


def changes_its_representative(life: Life) -> None:
    """The next one enrolls twelve days too late; only another certification mends it."""
    hospital, world = life.hospital, life.hospital.world
    signer = world.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=hospital.site_id, name="Amara Okonjo, MD")
    assert signer.id
    email, joined = world.emails[signer.id], FOLLOWS - timedelta(days=30)
    person = sites.add_staff(
        hospital.site_id, signer.name, StaffRole.PHYSICIAN, email=email, from_on=joined, **life.said()
    )
    sites.designate(hospital.site_id, KYMRIAH, person, holds_on=FOLLOWS, **life.said())
    with reading(hospital.coordinator):
        version = site_queries.staff_member(hospital.coordinator, hospital.staff_id).version
    sites.end_staff(hospital.staff_id, until_on=FOLLOWS, version=version, **life.said())
    life.note()
    assert life.state(LAPSED) is CertificationState.LAPSED
    new = replace(hospital, representative=signer, staff_id=person)
    new.ready(ENROLLED, but=["SITE-AR-DESIGNATE", "SITE-TOCI-ON-SITE"])
    life.note()
    assert life.state(ENROLLED) is CertificationState.LAPSED  # enrolling alone does not bring it back
    new.submitted(ENROLLED)
    life.note()
    life.decide(actions.certify, RECERTIFIED, reason="The new representative has enrolled.")


def goes_on(life: Life) -> None:
    """Suspended for some weeks; short of tocilizumab two winters later."""
    life.decide(actions.suspend, SUSPENDED, until_on=SUSPENDED_UNTIL, reason="Two nurses were not trained.")
    invoked = relying.invoke(
        life.hospital.site_id,
        KYMRIAH,
        "FDA-TOCI-SHORTAGE-2021",
        holds_on=SHORT,
        until_on=None,
        condition_holds=True,
        reason="No second dose to be had.",
        evidence="Letter of the wholesaler.",
        **life.said(),
    )
    life.note()
    relying.end(life.hospital.site_id, KYMRIAH, invoked, until_on=DELIVERED, reason="Delivered.", **life.said())
    life.note()


def corrects(life: Life) -> None:
    """Evidence of the first days was recorded by mistake, and somebody was a nurse all the time."""
    hospital = life.hospital
    with reading(hospital.coordinator):
        pieces = evidence.library(hospital.site_id, Lens(hospital.world.today))
        wrong = [p.id for p in pieces if p.holds_on == APPLIED and p.kind is EvidenceKind.PROCEDURE_VERIFY_TOCILIZUMAB]
    assert wrong
    for key in wrong:
        sharing.take_back(hospital.site_id, key, "It belongs to another hospital.", **life.said())
        life.note()
    late = sites.add_staff(
        hospital.site_id, "Пилар Нуньес", StaffRole.PHARMACIST, from_on=date(2018, 5, 2), **life.said()
    )
    life.note()
    keeping.change_role(late, StaffRole.NURSE, holds_on=date(2018, 5, 3), **life.said())
    life.note()
