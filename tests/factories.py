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

PASSWORD = "a fine long passphrase"
ADMIN = Actor(
    ActorKind.PERSON,
    None,
    "Test Administrator",
    "administrator",
    (Holding("administrator", frozenset(GRANTS[Role.ADMINISTRATOR])),),
)


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
