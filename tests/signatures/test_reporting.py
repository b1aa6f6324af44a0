"""A refused attempt to sign is told to every administrator at once."""

from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask import Flask

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.signatures import steps
from rems.signatures.reporting import report_attempt
from rems.signatures.rules import Components
from tests.factories import ADMIN, PASSWORD, World
from tests.working import work


def mails(app: Flask, attempt: UUID) -> list[Path]:
    return sorted((app.extensions["rems_settings"].data_dir / "mail").glob(f"{attempt}-*"))


def attempts(superuser: psycopg.Connection) -> list[UUID]:
    return [key for (key,) in superuser.execute("select id from signing_attempt order by id").fetchall()]


def test_each_administrator_gets_one_mail_about_a_wrong_password(
    app: Flask, where: Place, world: World, superuser: psycopg.Connection
) -> None:
    watching = [world.account(Role.ADMINISTRATOR, name=name) for name in ("Ada Grau", "Bo Lind")]
    gone = world.account(Role.ADMINISTRATOR, name="Gone Away")
    assert gone.id
    access.close_account(gone.id, by=ADMIN, now=world.now)
    signer = world.hospital().representative
    with pytest.raises(BadInput):
        steps.check_password(signer, "wrong", now=world.now)
    [attempt] = attempts(superuser)
    work(app, where.app)
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in mails(app, attempt)]
    assert sorted(m["To"] for m in found) == sorted(world.emails[a.id] for a in watching if a.id)
    assert {m["Subject"] for m in found} == {f"Refused signature: {signer.name}"}
    body = found[0].get_content()
    assert "Wrong e-mail address or password" in body
    assert "Signing is not locked." in body
    assert f"/accounts/{signer.id}" in body
    assert PASSWORD not in body
    assert "wrong\n" not in body


def test_what_is_no_misuse_is_kept_and_not_told(world: World, superuser: psycopg.Connection) -> None:
    signer = world.account(Role.ADMINISTRATOR)
    with pytest.raises(BadInput):
        steps.check_password(signer, Components(PASSWORD, None, uuid7()), now=world.now)
    assert len(attempts(superuser)) == 1
    [(jobs,)] = superuser.execute("select count(*) from queue.procrastinate_jobs").fetchall()
    assert jobs == 0


def test_a_second_run_sends_the_same_message_again(app: Flask, world: World, superuser: psycopg.Connection) -> None:
    signer = world.account(Role.ADMINISTRATOR)
    with pytest.raises(BadInput):
        steps.check_password(signer, "wrong", now=world.now)
    [attempt] = attempts(superuser)
    assert [report_attempt(attempt, now=world.now) for _ in range(2)] == [1, 1]
    assert len(mails(app, attempt)) == 1


def test_an_attempt_that_is_not_there_is_told_to_nobody(world: World) -> None:
    assert report_attempt(uuid7(), now=world.now) == 0
