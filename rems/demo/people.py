"""The invented people who can sign in, and the actors in whose name the history is entered."""

from datetime import UTC, date, datetime
from uuid import UUID

from rems.access import actions as access
from rems.access import queries as accounts
from rems.access.rules import GRANTS, Role
from rems.access.shown import SHOWN
from rems.access.steps import keep_own_password
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.db import transaction
from rems.demo.calendar import Calendar
from rems.demo.names import FAMILY, GIVEN
from rems.programs import queries as programs
from rems.signatures import actions as signers
from rems.signatures.rules import Way

FIRST_DAY = date(2017, 6, 1)
OF_A_SITE = (Role.SITE_COORDINATOR, Role.AUTHORIZED_REPRESENTATIVE, Role.PHARMACIST, Role.TREATING_PHYSICIAN)
OF_PROGRAMS = (Role.PROGRAM_MANAGER, Role.CASE_PROCESSOR, Role.MEDICAL_REVIEWER, Role.AUDITOR)


class People:
    """Makes accounts and grants, and gives names nobody else has."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.named = 0
        start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 8, tzinfo=UTC)
        self.admin = Actor(
            ActorKind.PERSON,
            None,
            "Installation",
            "administrator",
            (Holding("administrator", GRANTS[Role.ADMINISTRATOR]),),
        )
        self.shown: dict[Role, UUID] = {
            one.role: access.create_account(one.email, one.name, one.password, by=self.admin, now=start)
            for one in SHOWN
        }
        for key in self.shown.values():
            self.verify(key, start)
            with transaction(self.actor(key), "access.change_password", at=start):
                keep_own_password(self.known(key).password_hash)
        access.grant(self.shown[Role.ADMINISTRATOR], Role.ADMINISTRATOR, from_on=FIRST_DAY, by=self.admin, now=start)
        for role in OF_PROGRAMS:
            for program in programs.catalogue().programs:
                key = programs.key(program)
                access.grant(self.shown[role], role, program_id=key, from_on=FIRST_DAY, by=self.admin, now=start)
        self.manager = self.actor(self.shown[Role.PROGRAM_MANAGER])
        self.reviewer = self.actor(self.shown[Role.MEDICAL_REVIEWER])

    def name(self) -> str:
        """Both lists are walked in strides that share no factor with their length, so pairs come again late."""
        self.named += 1
        family = FAMILY[(self.named * 7 + self.named // len(FAMILY)) % len(FAMILY)]
        return f"{GIVEN[self.named * 3 % len(GIVEN)]} {family}"

    def account(self, name: str, email: str, at: datetime) -> UUID:
        """An account that nobody signs in with."""
        key = access.create_account(email, name, None, by=self.admin, now=at)
        self.verify(key, at)
        return key

    def verify(self, account_id: UUID, at: datetime) -> None:
        """Somebody made sure who the person is, before the first signature."""
        signers.verify_identity(
            account_id,
            way=Way.IN_PERSON,
            document="Passport",
            verified_by="Installation, at the first meeting",
            verified_on=at.date(),
            by=self.admin,
            now=at,
        )

    def grant(self, account_id: UUID, role: Role, site_id: UUID, on: date, at: datetime) -> None:
        access.grant(account_id, role, site_id=site_id, from_on=on, by=self.admin, now=at)

    def known(self, account_id: UUID) -> accounts.Known:
        found = accounts.account_by_id(account_id)
        if found is None:
            raise RuntimeError("an account of the demonstration is gone")
        return found

    def actor(self, account_id: UUID) -> Actor:
        """The account with what it holds today: a site may have entered another program since."""
        return accounts.actor_of(self.known(account_id), at=self.calendar.now)
