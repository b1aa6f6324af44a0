"""The worklists at 1,000 and at 100,000 patients, in turns: the same page is to cost the same.

    python -m bench.lists [--few 1000] [--many 100000]

What is missing is filled in first, into `instance/fill-N`; it stays there for the next run.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

import psycopg
from flask.testing import FlaskClient

from bench.fill import CODES, PATIENTS, fill, ground
from bench.invented import key
from rems.access import actions as access
from rems.access import queries as accounts
from rems.access.rules import GRANTS, Role
from rems.app import create_app
from rems.core import settings
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.server import release
from rems.programs import queries as programs

FEW, TIMES, WARM, LIMIT = 1_000, 40, 5, 1.3
PASSWORD = "a fine long passphrase"
ADMIN = Actor(
    ActorKind.PERSON,
    None,
    "Bench Administrator",
    "administrator",
    (Holding("administrator", frozenset(GRANTS[Role.ADMINISTRATOR])),),
)
PEOPLE = {"coordinator of a site": Role.SITE_COORDINATOR, "manager of a program": Role.PROGRAM_MANAGER}
A_SITE = UUID(key("site", 3))  # in America, and there at every size
LINE = 'class="what"'  # once in each line of a list
PAGES = ("/visits/lists/due", "/visits/lists/late", "/visits?span=month")


@dataclass(frozen=True)
class Compared:
    """One page for one person at both sizes: the medians (ms) of as many turns, and whether it has as many lines."""

    person: str
    page: str
    alike: bool
    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        return self.many_ms / self.few_ms


@contextmanager
def signed_in(folder: Path, patients: int) -> Iterator[Mapping[str, FlaskClient]]:
    """A browser for each person at the database of that folder, which is filled first where it is empty."""
    chosen, where = ground(folder)
    try:
        with psycopg.connect(where.owner) as owner:
            empty = owner.execute("select from patient limit 1").fetchone() is None
        if empty:
            fill(where, patients=patients)
        app = create_app(chosen, where)
        with app.app_context():
            for role in PEOPLE.values():
                _account(role)
        yield {person: _enter(app.test_client(), role) for person, role in PEOPLE.items()}
    finally:
        release(chosen.data_dir / "postgres")


def _account(role: Role) -> None:
    email, now = f"{role}@bench.example", utcnow()
    with reading(Actor.system("bench")):
        known = accounts.account_by_email(email)
        program_id = programs.key(CODES[0])
    if known is not None:
        return
    made = access.create_account(email, str(role), PASSWORD, by=ADMIN, now=now)
    held = (A_SITE, None) if role is Role.SITE_COORDINATOR else (None, program_id)
    access.grant(made, role, from_on=date(2018, 1, 1), by=ADMIN, now=now, site_id=held[0], program_id=held[1])


def _enter(client: FlaskClient, role: Role) -> FlaskClient:
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "email": f"{role}@bench.example", "password": PASSWORD})
    return client


def compare(few: Mapping[str, FlaskClient], many: Mapping[str, FlaskClient]) -> list[Compared]:
    found = []
    for person in PEOPLE:
        for page in PAGES:
            lines = {client.get(page).text.count(LINE) for client in (few[person], many[person])}
            spent: tuple[list[float], list[float]] = ([], [])
            for number in range(WARM + TIMES):
                for client, into in zip((few[person], many[person]), spent, strict=True):
                    began = perf_counter()
                    answer = client.get(page)
                    if answer.status_code != 200:
                        raise RuntimeError(f"{page} answers {answer.status_code} to the {person}")
                    if number >= WARM:
                        into.append((perf_counter() - began) * 1000)
            found.append(Compared(person, page, len(lines) == 1, median(spent[0]), median(spent[1])))
    return found


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench.lists", description="The worklists at two sizes.")
    asked.add_argument("--few", type=int, default=FEW)
    asked.add_argument("--many", type=int, default=PATIENTS)
    asked.add_argument("--folder", type=Path, default=settings.ROOT / "instance", help="where the databases live")
    given = asked.parse_args()
    sizes = (given.few, given.many)
    with ExitStack() as stack:
        few, many = (stack.enter_context(signed_in((given.folder / f"fill-{n}").resolve(), n)) for n in sizes)
        found = compare(few, many)
    for one in found:
        print(
            f"{one.page:<22}{one.person:<24}{given.few:,}: {one.few_ms:6.1f} ms   {given.many:,}: {one.many_ms:6.1f} ms"
            f"   {one.ratio:.2f}" + ("" if one.alike else ", with more lines")
        )
    slow = [one for one in found if one.alike and one.ratio > LIMIT]
    for one in slow:
        print(f"over {LIMIT} times: {one.page} for the {one.person}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
