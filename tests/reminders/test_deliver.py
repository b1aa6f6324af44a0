"""A reminder is sent once; what fails is kept and tried again."""

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rems.access import actions as access
from rems.core.db import db, reading
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.core.settings import Settings
from rems.reminders import actions
from rems.reminders.models import Reminder
from rems.reminders.rules import ReminderState
from rems.reminders.tasks import TRIES
from tests.factories import ADMIN, Hospital, World
from tests.mailbox import Box, serving
from tests.reminders.due import SYSTEM, days_before, reminders, visit
from tests.working import work

CLOSES = date(2026, 9, 15)


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital()


@pytest.fixture
def planned(hospital: Hospital) -> UUID:
    """One reminder to the coordinator, planned a week before."""
    visit(hospital, CLOSES, hospital.patient("HL-0042", enrolled_on=date(2026, 1, 5)))
    actions.plan_reminders(now=days_before(CLOSES, 7))
    [found] = reminders()
    return found.id


@pytest.fixture
def mail_server(app: Flask) -> Iterator[Box]:
    """The program sends its mail to this box, until the test ends."""
    box, settings = Box(), app.extensions["rems_settings"]
    with serving(box) as address:
        app.extensions["rems_settings"] = Settings(**{**vars(settings), "smtp_url": address})
        yield box
    app.extensions["rems_settings"] = settings


def files(app: Flask, key: UUID) -> list[Path]:
    settings: Settings = app.extensions["rems_settings"]
    return list((settings.data_dir / "mail").glob(f"{key}*"))


def only() -> Reminder:
    [found] = reminders()
    return found


def test_a_reminder_is_sent_once_and_a_second_run_does_nothing(
    app: Flask, world: World, hospital: Hospital, planned: UUID
) -> None:
    assert actions.deliver(planned, now=world.now) is True
    [file] = files(app, planned)
    sent = message_from_bytes(file.read_bytes(), policy=policy.default)
    file.unlink()
    assert actions.deliver(planned, now=world.now) is False
    assert files(app, planned) == []
    assert (only().state, only().sent_at) == (ReminderState.SENT, world.now)
    assert hospital.coordinator.id
    assert sent["To"] == world.emails[hospital.coordinator.id]
    assert sent["Message-ID"] == f"<{planned}@rems>"
    [entry] = world.trail("reminders.deliver")
    assert (entry["before"]["state"], entry["after"]["state"]) == ("planned", "sent")


def test_the_mail_names_the_patient_by_number_and_leads_to_the_page(
    app: Flask, world: World, hospital: Hospital, planned: UUID
) -> None:
    actions.deliver(planned, now=world.now)
    [file] = files(app, planned)
    sent = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert sent["Subject"] == "HL-0042: Day-100 assessment"
    assert sent.get_content().splitlines() == [
        f"{hospital.coordinator.name},",
        "",
        "HL-0042: Day-100 assessment",
        "The window of this visit closes on 15 Sep 2026.",
        "",
        f"http://127.0.0.1:8000{only().path}",
    ]


def test_a_reminder_that_is_not_there_is_not_sent(app: Flask, world: World) -> None:
    assert actions.deliver(uuid7(), now=world.now) is False


def test_who_has_no_account_any_more_gets_nothing(app: Flask, world: World, hospital: Hospital, planned: UUID) -> None:
    assert hospital.coordinator.id
    access.close_account(hospital.coordinator.id, by=ADMIN, now=world.now)
    assert actions.deliver(planned, now=world.now) is False
    assert (only().state, only().failure) == (ReminderState.FAILED, "the account is closed")
    assert files(app, planned) == []


def test_the_worker_sends_what_the_clock_planned(
    app: Flask, where: Place, planned: UUID, mail_server: Box, superuser: psycopg.Connection
) -> None:
    work(app, where.app)
    assert [m["Message-ID"] for m in mail_server.messages] == [f"<{planned}@rems>"]
    assert only().state == ReminderState.SENT
    assert superuser.execute("select count(*) from queue.procrastinate_jobs").fetchone() == (0,)


def test_a_failure_is_kept_and_tried_again_until_it_works(
    app: Flask, where: Place, planned: UUID, mail_server: Box, superuser: psycopg.Connection
) -> None:
    mail_server.closed = True
    work(app, where.app)
    assert only().state == ReminderState.PLANNED
    assert only().failure == "450 4.2.1 try again later"
    job = superuser.execute("select status, attempts, scheduled_at > now() from queue.procrastinate_jobs").fetchone()
    assert job == ("todo", 1, True)
    mail_server.closed = False
    with reading(SYSTEM):
        db.session.execute(text("update procrastinate_jobs set scheduled_at = now()"))
        db.session.commit()
    work(app, where.app)
    assert (only().state, only().failure, len(mail_server.messages)) == (ReminderState.SENT, "", 1)


def test_after_the_last_try_a_reminder_counts_as_failed(
    app: Flask, where: Place, planned: UUID, mail_server: Box, superuser: psycopg.Connection
) -> None:
    mail_server.closed = True
    superuser.execute("update queue.procrastinate_jobs set attempts = %s", [TRIES - 1])
    work(app, where.app)
    assert only().state == ReminderState.FAILED
    assert superuser.execute("select status from queue.procrastinate_jobs").fetchone() == ("failed",)


def test_a_person_sees_their_own_reminders_and_what_became_of_them(
    client: FlaskClient, world: World, hospital: Hospital, planned: UUID
) -> None:
    world.sign_in(client, hospital.coordinator)
    page = client.get("/reminders").text
    assert "HL-0042: Day-100 assessment" in page
    assert "Planned" in page
    actions.note_failure(planned, "the server is away", last=False, now=world.now)
    tried = client.get("/reminders").text
    assert "Not sent yet" in tried
    assert "The mail server said: the server is away" in tried
    actions.note_failure(planned, "the server is away", last=True, now=world.now)
    page = client.get("/reminders").text
    assert "Not sent" in page
    assert "Not sent yet" not in page
    world.sign_in(other := client.application.test_client(), hospital.representative)
    assert "HL-0042" not in other.get("/reminders").text


def test_without_a_reminder_the_page_says_when_there_will_be_one(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.coordinator)
    assert "No reminder yet" in client.get("/reminders").text
