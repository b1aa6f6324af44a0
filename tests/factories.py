"""Builds what a test needs through the program's own actions, with a valid default for all a test is not about."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from rems.access import actions as access
from rems.access import queries as accounts
from rems.access.rules import GRANTS, Role
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.db import db, reading
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole

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


@dataclass
class World:
    """A small invented world. `now` is the moment its actions happen at (UTC)."""

    now: datetime
    counter: int = 0
    emails: dict[UUID, str] = field(default_factory=dict)

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
        return self.actor(key)

    def actor(self, key: UUID) -> Actor:
        """The account as it is now: its scopes are looked up anew (a site may have entered another program)."""
        known = accounts.account_by_id(key)
        assert known is not None
        return accounts.actor_of(known, on=self.today)

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
        return self.account(Role.PROGRAM_MANAGER, program_id=programs.key(code))

    def hospital(self, code: str = EUROPE, *, name: str = "", timezone: str = "UTC", country: str = "DE") -> "Hospital":
        """A registered site in a program with a coordinator, a representative on the staff and a manager; not certified."""
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
            place = site_queries.locations(site_id)[0]
        return Hospital(self, code, site_id, entry.scope_id, place.id, staff_id, manager, coordinator, representative)

    def trail(self, action: str) -> list[dict[str, object]]:
        """What the trail says of an action, oldest first; read as the system, which sees everything."""

        with reading(Actor.system("test")):
            rows = db.session.execute(
                text("select * from trail.entry where action = :action order by id"), {"action": action}
            )
            return [dict(r._mapping) for r in rows]


def csrf(page: str) -> str:
    """The token of the first form on a page."""
    marker = 'name="csrf_token"'
    at = page.index(marker)
    piece = page[page.rindex("<input", 0, at) : page.index(">", at)]
    return piece.split('value="')[1].split('"')[0]
