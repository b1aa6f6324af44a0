"""Make the first administrator."""

import getpass
import sys

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from rems.access.passwords import hashed
from rems.core.clock import utcnow
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.place import Place, for_sqlalchemy
from rems.core.settings import Settings


def add(chosen: Settings, where: Place, email: str, name: str) -> int:
    """An account with the role administrator, made by the owner. Raises BadInput for an address already taken."""
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    engine = create_engine(for_sqlalchemy(where.owner), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select set_config('rems.actor', 'system: command line', true)"))
        connection.execute(text("select rems_begin('system', 'access.first_administrator', '')"))
        if connection.execute(text("select 1 from account where email = :email"), {"email": email.lower()}).first():
            raise BadInput(f"There is an account for {email} already.")
        key = uuid7()
        connection.execute(
            text(
                "insert into account (id, email, name, password_hash, password_own, version) "
                "values (:id, :email, :name, :hash, true, 1)"
            ),
            {"id": key, "email": email.lower(), "name": name, "hash": hashed(password)},
        )
        connection.execute(
            text(
                "insert into role_grant (id, account_id, role, from_on) values (:id, :account, 'administrator', :today)"
            ),
            {"id": uuid7(), "account": key, "today": utcnow().date()},
        )
    print(f"{name} <{email}> is an administrator.")
    return 0
