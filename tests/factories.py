"""Builds what a test needs through the program's own actions, with a valid default for all a test is not about."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from rems.access import actions as access
from rems.access import queries as accounts
from rems.access.rules import GRANTS, Permission, Role
from rems.access.steps import keep_own_password
from rems.certification import actions as certification
from rems.certification import acts as certification_acts
from rems.compliance import actions as compliance
from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.db import db, reading, transaction
from rems.core.ids import uuid7
from rems.followup import actions as followup
from rems.patients import actions as patients
from rems.patients import queries as patient_queries
from rems.patients import steps as patient_steps
from rems.patients.models import Authorization, Infusion, Patient
from rems.patients.rules import CARDS, CONSENTS, DEFERRAL_QUESTIONS, Sex, new_code
from rems.programs import queries as programs
from rems.programs.rules import Ask, EvidenceKind, Requirement, Stage
from rems.signatures import actions as signers
from rems.signatures.rules import Way
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import PROCESSES, StaffRole
from rems.stock import actions as stock
from rems.training import actions as training
from rems.training.rules import TrainingKind

PASSWORD = "a fine long passphrase"
ADMIN = Actor(
    ActorKind.PERSON,
    None,
    "Test Administrator",
    "administrator",
    (Holding("administrator", frozenset(GRANTS[Role.ADMINISTRATOR])),),
)

EUROPE, KYMRIAH, LABEL = "EU-RMP-CART", "US-FDA-REMS-KYMRIAH", "US-FDA-LABEL-CART-2025"


@dataclass(frozen=True)
class Hospital:
    """A site in one program and the people a test acts as. `staff_id` is the representative's row in the roster."""

    world: "World"
    code: str
    site_id: UUID
    scope_id: UUID
    location_id: UUID
    staff_id: UUID
    manager: Actor
    coordinator: Actor
    representative: Actor

    def ready(self, on: date, *, but: Collection[str] = ()) -> "Hospital":
        """Record all that the version of that day asks to become certified, without the requirements named in `but`.

        Training is recorded for everybody on the staff, tocilizumab for a patient of 75 kg.
        """
        version = programs.program(self.code).version_on(on)
        assert version is not None
        with reading(self.coordinator):
            people = [p.id for p in site_queries.staff(self.site_id, on=on)]
        asked = [r for r in version.requirements if r.stage is Stage.BECOME_CERTIFIED and r.code not in but]
        for one in sorted(asked, key=lambda r: r.evidence is not EvidenceKind.REPRESENTATIVE_DESIGNATED):
            self._meet(one, version.tocilizumab.doses, people, on)
        return self

    def _meet(self, asked: Requirement, doses: int, people: list[UUID], on: date) -> None:
        said: dict[str, Any] = {"holds_on": on, "by": self.coordinator, "now": self.world.now}
        kind = asked.evidence
        if asked.ask is Ask.DOSES_ON_SITE:
            for strength in (400, 200):
                stock.receive(
                    self.site_id,
                    self.location_id,
                    lot=f"B{strength}",
                    strength_mg=strength,
                    vials=doses,
                    expires_on=on + timedelta(days=730),
                    **said,
                )
        elif kind is EvidenceKind.REPRESENTATIVE_DESIGNATED:
            sites.designate(self.site_id, self.code, self.staff_id, **said)
        elif kind is EvidenceKind.ENROLLMENT_FORM:
            codes = [a.code for a in programs.program(self.code).attestations_on(on)]
            signer = {**said, "by": self.representative, "password": PASSWORD}
            sites.sign_enrollment(self.site_id, self.code, attested=codes, **signer)
        elif kind in PROCESSES:
            by = self.manager if PROCESSES[kind] is Permission.SITE_CERTIFY else self.coordinator
            sites.record_process(self.site_id, self.code, kind, summary="SOP 1, version 1.", **{**said, "by": by})
        elif kind is EvidenceKind.KNOWLEDGE_ASSESSMENT:
            for person in people:
                score = {"question_set": "2017-2", "questions": 10, "correct": 10, "pass_mark_percent": 80}
                training.record_attempt(self.site_id, self.code, person, **score, **said)
        else:
            for person in people:
                training.record_training(
                    self.site_id, self.code, person, TrainingKind(str(kind)), material="Edition 1", **said
                )

    def enrolled(self, on: date, **said: Any) -> UUID:
        """A patient enrolled on that day, who waits; product and track are the first of the program."""
        self.world.counter += 1
        program = programs.program(self.code)
        values: dict[str, Any] = {
            "number": f"HL-{self.world.counter:04d}",
            "sex": Sex.FEMALE,
            "birth_year": 1961,
            "indication": "Relapsed follicular lymphoma",
            "prior_lines": 3,
            "product": program.products[0].name,
            "track": program.tracks[0],
            "planned_infusion_on": on + timedelta(days=30),
        }
        return followup.enroll(
            self.scope_id, **{**values, **said}, enrolled_on=on, by=self.coordinator, now=self.world.now
        )

    def authorized(self, patient_id: UUID, at: datetime) -> UUID:
        """All that the gate asks of a patient is recorded, and the infusion at that moment is authorized."""
        with reading(self.coordinator):
            product = patient_queries.patient(self.coordinator, patient_id).product
        on = at.date() - timedelta(days=1)
        said: dict[str, Any] = {"holds_on": on, "by": self.coordinator, "now": self.world.now}
        patients.record_weight(patient_id, Decimal("74.0"), **said)
        for kind in CONSENTS:
            patients.record_consent(patient_id, kind, **said)
        for card in CARDS:
            patients.record_card(patient_id, card, **said)
        patients.record_deferral(patient_id, dict.fromkeys(DEFERRAL_QUESTIONS, False), **said)
        bag = {"identity": "COI-1", "product": product, "lot": "TK-22871", "bags": 1}
        patients.record_receipt(patient_id, **bag, expires_on=on + timedelta(days=90), **said)
        return patients.authorize(
            patient_id, self.location_id, at=at, password=PASSWORD, by=self.coordinator, now=self.world.now
        ).id

    def infused(self, on: date, **said: Any) -> UUID:
        """A patient enrolled thirty days before, and infused on that day at 16:20 UTC."""
        patient_id = self.enrolled(on - timedelta(days=30), **said)
        at = datetime(on.year, on.month, on.day, 16, 20, tzinfo=UTC)
        self.authorized(patient_id, at)
        place = {"location_id": self.location_id, "lot": "TK-22871", "bags": 1}
        followup.infuse(patient_id, infused_at=at, **place, by=self.coordinator, now=self.world.now)
        return patient_id

    def certified(self, on: date) -> "Hospital":
        """Make the site ready, submit its application, and certify it from that day on."""
        self.applied(on)
        certification.certify(self.site_id, self.code, **self.signed(on), by=self.manager)
        return self

    def applied(self, on: date) -> "Hospital":
        """Make the site ready, and let its representative submit the application for that day."""
        return self.ready(on).submitted(on)

    def submitted(self, on: date, *, corrected: str = "") -> "Hospital":
        """The representative submits the application as it stands on that day."""
        certification.submit(self.site_id, self.code, corrected=corrected, **self.signed(on), by=self.representative)
        return self

    def signed(self, on: date) -> dict[str, Any]:
        """What every act of the certification says: its day, the last act before it, the password, and when."""
        with reading(self.manager):
            acts = certification_acts.acts_of([self.scope_id], None)[self.scope_id]
        return {
            "holds_on": on,
            "seen": acts[-1].id if acts else None,
            "password": PASSWORD,
            "now": self.world.now,
        }

    def deviation(self, found_on: date, **said: Any) -> UUID:
        """A major deviation that the site found on that day."""
        told = {"summary": "A nurse was not trained.", "immediate_action": "She was sent home.", **said}
        happened = compliance.Happened(
            **{"source": DeviationSource.SITE, "severity": DeviationSeverity.MAJOR, "found_on": found_on, **told}
        )
        return compliance.report(self.scope_id, happened, by=self.coordinator, now=self.world.now)

    def action(
        self, deviation_id: UUID, *, due_on: date, check_on: date | None = None, what: str = "Train her"
    ) -> UUID:
        """An action against a deviation, planned ten days before it is due or today; checked thirty days after."""
        planned_on = min(due_on - timedelta(days=10), self.world.today)
        days = {"planned_on": planned_on, "check_on": check_on or due_on + timedelta(days=30)}
        plan = compliance.Plan(ActionKind.CORRECTIVE, what, "Ilse Vantongeren", due_on=due_on, **days)
        return compliance.plan(deviation_id, plan, by=self.coordinator, now=self.world.now)

    def patient(self, number: str = "", *, enrolled_on: date | None = None, infused_on: date | None = None) -> UUID:
        """A patient of the site in the program; with a day also infused, past the gate, at noon UTC."""
        self.world.counter += 1
        program = programs.program(self.code)
        enrolled_on = enrolled_on or infused_on or (date(2021, 3, 1) if program.closure else date(2026, 10, 1))
        with transaction(self.coordinator, "test.patient", at=self.world.now) as session:
            patient = patient_steps.enroll(
                patient_queries.place(self.coordinator, self.scope_id),
                number=number or f"HL-{self.world.counter:04d}",
                sex=Sex.MALE,
                birth_year=1958,
                indication="Diffuse large B-cell lymphoma",
                prior_lines=2,
                product="Kymriah",
                track=program.tracks[0],
                enrolled_on=enrolled_on,
                planned_infusion_on=None,
                by=self.coordinator,
            )
            session.flush()
            if infused_on is not None:
                self._infuse(patient, datetime.combine(infused_on, time(12), UTC))
        return patient.id

    def _infuse(self, patient: Patient, at: datetime) -> None:
        same: dict[str, Any] = {
            "scope_id": patient.scope_id,
            "program_id": patient.program_id,
            "holds_on": at.date(),
            "patient_id": patient.id,
            "location_id": self.location_id,
        }
        yes = Authorization(
            id=uuid7(),
            code=new_code(),
            valid_until=at + timedelta(hours=24),
            checks={"at": at.isoformat(), "checks": []},
            program_version=patient.program_version,
            **same,
        )
        db.session.add(yes)
        db.session.flush()
        db.session.add(
            Infusion(
                id=uuid7(), authorization_id=yes.id, infused_at=at, product=patient.product, lot="K1", bags=1, **same
            )
        )


@dataclass
class World:
    """A small invented world. `now` is the moment its actions happen at (UTC)."""

    now: datetime
    counter: int = 0
    emails: dict[UUID, str] = field(default_factory=dict)
    begun: UUID = field(default_factory=uuid7)

    @property
    def today(self) -> date:
        return self.now.date()

    def account(
        self, role: Role, *, site_id: UUID | None = None, program_id: UUID | None = None, name: str = ""
    ) -> Actor:
        """An account that holds the role for a site or a program from long ago; as the actor it is today."""
        self.counter += 1
        email = f"{role}.{self.counter}@test.example"
        key = access.create_account(
            email, name or f"{role.replace('_', ' ').title()} {self.counter}", PASSWORD, by=ADMIN, now=self.now
        )
        begin = date(2015, 1, 1)
        access.grant(key, role, site_id=site_id, program_id=program_id, from_on=begin, by=ADMIN, now=self.now)
        self.emails[key] = email
        self.make_signer(key)
        return self.actor(key)

    def make_signer(self, key: UUID) -> None:
        """Verify who the person is, and let the password be one that they chose themselves: now they may sign."""
        signers.verify_identity(
            key,
            way=Way.IN_PERSON,
            document="Passport",
            verified_by="Test Administrator",
            verified_on=self.today,
            by=ADMIN,
            now=self.now,
        )
        person = self.actor(key)
        known = accounts.account_by_id(key)
        assert known is not None
        with transaction(person, "test.choose_password", at=self.now):
            keep_own_password(known.password_hash)

    def actor(self, key: UUID) -> Actor:
        """The account as it is now: its scopes are looked up anew (a site may have entered another program)."""
        known = accounts.account_by_id(key)
        assert known is not None
        return accounts.actor_of(known, at=self.now)

    def sign_in(self, client: FlaskClient, actor: Actor) -> None:
        """Sign the client in as that account, through the real form."""
        assert actor.id is not None
        token = csrf(client.get("/sign-in").get_data(as_text=True))
        answer = client.post(
            "/sign-in", data={"csrf_token": token, "email": self.emails[actor.id], "password": PASSWORD}
        )
        assert answer.status_code == 302, answer.get_data(as_text=True)

    def manager(self, code: str = EUROPE) -> Actor:
        """A program manager of one program."""
        with reading(Actor.system("test")):
            program_id = programs.key(code)
        return self.account(Role.PROGRAM_MANAGER, program_id=program_id)

    def hospital(self, code: str = EUROPE, *, name: str = "", timezone: str = "UTC", country: str = "DE") -> "Hospital":
        """A site registered in a program with a coordinator, a representative on the staff, a manager; uncertified."""
        self.counter += 1
        manager = self.manager(code)
        site_id = sites.register(
            name or f"Hospital {self.counter}",
            city="Town",
            region="",
            country=country,
            timezone=timezone,
            code=code,
            by=manager,
            now=self.now,
        )
        coordinator = self.account(Role.SITE_COORDINATOR, site_id=site_id)
        representative = self.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=site_id, name=f"Dr. Rep {self.counter}")
        assert representative.id is not None
        staff_id = sites.add_staff(
            site_id,
            representative.name,
            StaffRole.PHYSICIAN,
            email=self.emails[representative.id],
            from_on=date(2018, 1, 1),
            by=coordinator,
            now=self.now,
        )
        with reading(coordinator):
            entry = site_queries.entry(coordinator, site_id, code)
            location_id = site_queries.locations(site_id)[0].id
        return Hospital(
            self, code, site_id, entry.scope_id, location_id, staff_id, manager, coordinator, representative
        )

    def trail(self, action: str) -> list[dict[str, object]]:
        """What the trail says of an action since this test began, oldest first; read as the system, which sees all."""
        query = text("select * from trail.entry where action = :action and id > :begun order by id")
        with reading(Actor.system("test")):
            rows = db.session.execute(query, {"action": action, "begun": self.begun})
            return [dict(r._mapping) for r in rows]


def csrf(page: str) -> str:
    """The token of the first form on a page."""
    marker = 'name="csrf_token"'
    at = page.index(marker)
    piece = page[page.rindex("<input", 0, at) : page.index(">", at)]
    return piece.split('value="')[1].split('"')[0]
