"""Signing, a signature that was checked, and the administrators' pages about signers, in a real browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
from flask import Flask
from playwright.sync_api import Page

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.programs import queries as programs
from rems.signatures import steps
from rems.signatures.models import SigningLock
from rems.sites import actions as sites
from tests.browser.conftest import NARROW, WIDE
from tests.factories import ADMIN, EUROPE, PASSWORD, Hospital, World
from tests.rows import past_all_checks

SIGNED_FOR = date(2021, 3, 3)


def signed(world: World) -> Hospital:
    """A site whose enrollment form is signed, with all its statements."""
    made = world.hospital(EUROPE, name="Klinikum Wesertal", timezone="Europe/Berlin")
    said: dict[str, Any] = {"holds_on": SIGNED_FOR, "now": world.now}
    sites.designate(made.site_id, EUROPE, made.staff_id, by=made.coordinator, **said)
    codes = [a.code for a in programs.program(EUROPE).attestations_on(SIGNED_FOR)]
    signer = {"by": made.representative, "password": PASSWORD}
    sites.sign_enrollment(made.site_id, EUROPE, attested=codes, **signer, **said)
    return made


def test_what_is_signed_and_who_may_sign_reads_well(
    app: Flask,
    page: Page,
    world: World,
    sign_in: Callable[[Actor], None],
    axe: Callable[[Page], list[Any]],
    shots: Callable[[Page, str], None],
    superuser: psycopg.Connection,
) -> None:
    world.now = utcnow()
    hospital = signed(world)
    form = f"/sites/{hospital.site_id}/programs/{EUROPE}/enrollment"
    [(signature,)] = superuser.execute("select id from signature").fetchall()

    def look(path: str, name: str) -> None:
        page.goto(path)
        look_here(name)

    def look_here(name: str) -> None:
        assert axe(page) == [], name
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        shots(page, name)

    sign_in(hospital.representative)
    look(form, "first-of-a-session")
    look(f"/signatures/{signature}", "valid")
    assert hospital.representative.id
    page.goto(form)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Your e-mail address").fill(world.emails[hospital.representative.id])
    page.get_by_label("Your password").fill("not mine")
    page.get_by_role("button", name="Sign as").click()
    assert page.get_by_role("alert").get_by_text("This is not your password").is_visible()
    look_here("refused")
    page.get_by_label("Your e-mail address").fill(world.emails[hospital.representative.id])
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign as").click()
    page.goto(form)
    assert page.get_by_label("Your e-mail address").count() == 0
    look_here("next-of-a-session")
    with past_all_checks(superuser):
        superuser.execute("update staff_member set name = 'Dr. Ilse Berg' where id = %s", [hospital.staff_id])
    look(f"/signatures/{signature}", "earlier-version")
    look(f"{form}?as_of={SIGNED_FOR}", "earlier-version-in-its-place")
    with past_all_checks(superuser):
        superuser.execute("delete from identity_check where account_id = %s", [hospital.representative.id])
    look(form, "not-verified")

    watching = world.account(Role.ADMINISTRATOR, name="Sunniva Kell")
    locked = hospital.coordinator
    assert locked.id
    with transaction(Actor.system("test"), "test.lock", at=world.now) as session:
        reason = "5 failed attempts to sign in a row"
        session.add(SigningLock(id=uuid7(), account_id=locked.id, locked=True, reason=reason))
    for password in ("a guess", "another guess"):
        try:
            steps.check_password(locked, password, now=world.now)
        except BadInput:
            continue
        raise AssertionError("a locked account signed")
    sign_in(watching)
    look("/today", "administrator-today")
    look("/signatures", "signing")
    look("/signatures/letter", "letter")
    look("/accounts", "accounts")
    look(f"/accounts/{hospital.representative.id}", "account")
    look(f"/accounts/{locked.id}/signing", "signer-locked")
    look(f"/accounts/{locked.id}/unlock", "unlock")
    look(f"/accounts/{hospital.representative.id}/signing", "signer-not-verified")
    look(f"/accounts/{hospital.representative.id}/identity", "identity")
    with reading(ADMIN):
        version = access.queries.account(hospital.manager.id or uuid7()).version
    access.rename(
        hospital.manager.id or uuid7(), "Ada Berg", reason="Marriage", version=version, by=ADMIN, now=utcnow()
    )
    look(f"/accounts/{hospital.manager.id}/signing", "signer-renamed")
    look(f"/accounts/{hospital.manager.id}/name", "rename")
