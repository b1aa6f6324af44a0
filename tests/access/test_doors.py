"""Every address of the program: closed to strangers, and no change without the token of its form."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from rems.access.rules import Role
from rems.compliance import actions as compliance
from rems.compliance.audits import working
from rems.compliance.audits.working import Upload
from rems.compliance.keeping import Happened
from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import db
from rems.core.ids import uuid7
from rems.events import actions
from rems.events.actions import Happening
from rems.events.grading import Oxygen
from rems.events.rules import Kind, Outcome
from rems.followup.bedside import actions as bedside
from rems.followup.bedside.actions import Value
from rems.followup.bedside.rules import IceState, Observation, Pressure
from rems.followup.bedside.treatments import Treatment, TreatmentKind
from rems.followup.feed import actions as feed
from rems.followup.handover import actions as handover
from rems.followup.turns import actions as turns
from rems.followup.turns.rules import Outcome as Unreached
from rems.followup.turns.rules import Way
from rems.models import METADATA
from rems.pages import BLUEPRINTS
from rems.patients.identity import cards
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites.rules import ContactRole, IdentifierKind, LocationKind, Reach
from rems.training import keeping as training
from rems.training.assessments import links, taking
from rems.training.results import CountsAs, Course
from rems.web.security import is_public
from tests.compliance.audited import MINOR, planned
from tests.factories import EUROPE, Hospital, World
from tests.followup.answered import Asked
from tests.patients.identified import name_a_number
from tests.questions import answers, drafted, newest, published
from tests.rows import past_all_checks, put, row_of
from tests.training import teaching

PUBLIC = {
    *("static", "style.static", "bootstrap.static", "access.sign_in", "access.sign_in_now", "design.show"),
    *("health.healthz", "health.readyz", "health.metrics"),
    "identity.public_card",
    *("questionnaires.by_patient", "questionnaires.thanks"),
    *("assessments.through_link", "assessments.link_result", "assessments.link_certificate"),
    "feed.give",
}
INSIDE = re.compile(r"&lt;Macro|&lt;bound method|&lt;function|&lt;rems\.|\{\{|\{%| object at 0x")
SENT = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TOO_OLD = "This form is too old"
DAY = date(2026, 10, 9)
DEVIATED = Happened(DeviationSource.SITE, DeviationSeverity.MINOR, DAY, "A log was not signed.", "It was signed.")
PLANNED = compliance.Plan(ActionKind.CORRECTIVE, "Remind", "A nurse", DAY, date(2026, 12, 1), date(2026, 12, 9))
GIVEN = {
    **dict.fromkeys(("number", "auditors", "looks_at", "conclusion"), "Withheld by the site"),
    "program": EUROPE,
    "also": [],
    "format": "remote",
    "begun_on": "2026-10-09",
    "reported_on": "2026-10-09",
    "answers": [],
    "findings": [],
    "files": 0,
    "withheld": 4,
}
HAPPENED = Happening(
    Kind.OTHER, "Rash", DAY, DAY, DAY, (), Outcome.RECOVERED, ended_on=DAY, not_serious_reason="It went by itself."
)


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=str)


@pytest.fixture
def hospital(world: World) -> Hospital:
    world.now = utcnow()  # pages go by the real clock, and an authorization holds for a day
    return world.hospital(EUROPE).certified(date(2026, 6, 1))


@pytest.fixture
def places(world: World, hospital: Hospital, superuser: psycopg.Connection) -> Mapping[str, Any]:
    """A real value for every part of an address. A new part is named here, or its test fails by name."""
    patient = hospital.infused(date(2026, 10, 5))
    event = actions.report(patient, HAPPENED, by=hospital.coordinator, now=world.now)
    waiting = hospital.enrolled(date(2026, 11, 2))
    hospital.authorized(waiting, world.now - timedelta(minutes=5))
    [(visit,)] = superuser.execute(
        "select code from planned_visit where patient_id = %s and code = 'Y01'", [patient]
    ).fetchall()
    said: dict[str, Any] = {"holds_on": DAY, "by": hospital.coordinator, "now": world.now}
    contact = keeping.save_contact(
        hospital.site_id,
        role=ContactRole.SAFETY,
        name="On duty",
        phone="555 0100",
        email="",
        preferred=Reach.PHONE,
        **said,
    )
    number = keeping.add_identifier(hospital.site_id, IdentifierKind.FACT, "F-100", **said)
    unit = sites.add_location(hospital.site_id, "Unit", LocationKind.UNIT, by=hospital.coordinator, now=world.now)
    deviation = compliance.report(hospital.scope_id, DEVIATED, by=hospital.coordinator, now=world.now)
    action = compliance.plan(deviation, PLANNED, by=hospital.coordinator, now=world.now)
    audit = planned(hospital).begun().answered().noted(MINOR)
    paper = working.add_file(audit.key, Upload("a.pdf", "pdf", b"%PDF-a", "A list"), **audit.site)
    audit.reported()
    seen, given, sample = at_bedside(hospital, patient)
    [(lot,)] = superuser.execute("select id from stock_lot order by id limit 1").fetchall()
    [(moved,)] = superuser.execute("select id from stock_movement order by id limit 1").fetchall()
    weights = "select id from patient_fact where kind = 'weight' and patient_id = %s limit 1"
    [(fact,)] = superuser.execute(weights, [patient]).fetchall()
    [(piece,)] = superuser.execute("select id from evidence where source_table = 'site' order by id limit 1").fetchall()
    [(act,)] = superuser.execute("select id from certification_act order by id limit 1").fetchall()
    [(allowed,)] = superuser.execute('select id from "authorization" order by id limit 1').fetchall()
    [(grant, account)] = superuser.execute("select id, account_id from role_grant order by id limit 1").fetchall()
    [(signature,)] = superuser.execute("select id from signature order by id limit 1").fetchall()
    course = Course("LMS-1", "Course", 1)
    training.keep_courses(
        hospital.site_id, EUROPE, [(course, CountsAs.NOTHING)], by=hospital.coordinator, now=world.now
    )
    [(mapped,)] = superuser.execute("select root_id from course_mapping").fetchall()
    asked = published(hospital.manager, world.now)
    draft = drafted(hospital.manager, world.now, title="Another")
    tried = taking.take(hospital.site_id, EUROPE, asked, answers(asked), by=hospital.representative, now=world.now)
    token, link = links.make(
        hospital.site_id, EUROPE, hospital.staff_id, asked, days=9, by=hospital.coordinator, now=world.now
    )
    gone = hospital.patient(infused_on=date(2026, 10, 6))
    by = {"by": hospital.coordinator, "now": world.now}
    tries = [
        turns.note_attempt(gone, holds_on=day, way=Way.CALL, outcome=Unreached.NOT_REACHED, note="", **by)
        for day in (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))
    ]
    _, offered = handover.offer(hospital.patient(infused_on=date(2026, 10, 6)), reason="Moved.", days=9, **by)
    turned = turns.lose(gone, on=world.today, reason="Moved, no address.", **by)
    meeting = teaching.plan(hospital)
    [seat] = teaching.seat(hospital, meeting, hospital.staff_id)
    name_a_number(hospital)
    card, _ = cards.make_card(patient, by=hospital.coordinator, now=world.now)
    asking = Asked(patient, hospital, world, visit)
    _, answer_link = asking.link()
    asking.send(answer_link, {"new-malignancy": {"found": "unknown"}})
    asking.save("new-malignancy", {"found": "yes"})
    another_token, _ = asking.link()
    own = {"scope_id": hospital.scope_id, "program_id": next(iter(hospital.manager.programs)), "holds_on": DAY}
    made = {name: uuid7() for name in ("exception_invocation", "stop_override", "audit_share")}
    with past_all_checks(superuser):
        for name, key in made.items():
            table = METADATA.tables[name]
            same = (
                {"root_id": key, "audit_id": audit.key, "content": GIVEN, "held_on": DAY}
                if name == "audit_share"
                else {}
            )
            row = row_of(table, id=key, patient_id=patient, authorization_id=allowed, **own, **same)
            put(superuser, table, {name: value for name, value in row.items() if name in table.columns})
    return {
        "act_id": act,
        "audit_id": audit.key,
        "course_id": mapped,
        "edition": teaching.publish(hospital),
        "filed": teaching.publish(hospital, title="As a file", file=("a.pdf", teaching.PDF)),
        "meeting": meeting,
        "place_id": seat,
        "finding_id": audit.findings()[0].row.root_id,
        "file_id": paper,
        "share_id": made["audit_share"],
        "move": "suspend",
        "invocation_id": made["exception_invocation"],
        "override_id": made["stop_override"],
        "signature_id": signature,
        "grant_id": grant,
        "account_id": account,
        "site_id": hospital.site_id,
        "patient_id": patient,
        "event_id": event,
        "entry_id": seen,
        "treatment_id": given,
        "sample_id": sample,
        "scale": "crs",
        "lot_id": lot,
        "movement_id": moved,
        "staff_id": hospital.staff_id,
        "location_id": unit,
        "contact": contact,
        "identifier": number,
        "list": "staff",
        "deviation_id": deviation,
        "action_id": action,
        "fact_id": fact,
        "piece_id": piece,
        "code": EUROPE,
        "kind": "weight",
        "card": card,
        "table": "patient",
        "key": patient,
        "filename": "look.css",
        "primary_id": 1,
        "run_id": patient,
        "visit": visit,
        "waiting": waiting,
        "ready": world.hospital(EUROPE).ready(date(2026, 6, 1)).site_id,
        "process": "audit",
        "set_id": asked,
        "draft": draft,
        "question": newest(draft).content["items"][0]["key"],
        "attempt_id": tried,
        "link_id": link,
        "token": token,
        "sought": tries[0],
        "turn_id": turned,
        "offer_id": offered,
        "secret": feed.make(by=hospital.coordinator, now=world.now),
        "which": "late",
        "format": "csv",
        "listed": "patients",
        "questionnaire": "new-malignancy",
        "answer_link": answer_link,
        "answer_token": another_token,
        "kit_id": asking.kit(),
        "stage": "ordered",
    }


COURSES = ("show", "next_edition", "withdraw", "sign")
SESSIONS = ("session", "session_as_table", "register", "cancel", "cancel_place")


def at_bedside(hospital: Hospital, patient: UUID) -> tuple[UUID | None, UUID, UUID]:
    """A fever, what was given for it, and a blood value, on the day after the infusion."""
    said: dict[str, Any] = {"by": hospital.coordinator, "now": hospital.world.now}
    at = datetime(2026, 10, 6, 18, 0, tzinfo=UTC)
    fever = Observation(at, Decimal("39.1"), Pressure.HOLDS, Oxygen.NONE, IceState.ALL)
    drug = Treatment(at, TreatmentKind.TOCILIZUMAB, dose_mg=Decimal(592))
    seen = bedside.record_entry(patient, fever, **said)
    given = bedside.record_treatment(patient, drug, **said)
    [sample] = bedside.record_samples(patient, [Value("IL-6", Decimal(5), "pg/mL")], taken_at=at, **said)
    return seen.key, given, sample


# Where an address means something else by the same name.
OTHERWISE = {
    **dict.fromkeys([f"courses.{page}" for page in COURSES], {"root_id": "edition"}),
    **dict.fromkeys([f"courses.{page}" for page in SESSIONS], {"root_id": "meeting"}),
    "courses.material": {"root_id": "filed"},
    "followup.attempt_back": {"fact_id": "sought"},
    **dict.fromkeys(("followup.visit", "followup.record_visit"), {"code": "visit"}),
    **dict.fromkeys(("followup.infusion", "followup.infuse", "patients.withdraw"), {"patient_id": "waiting"}),
    **{f"questionnaires.{name}": {"code": "questionnaire"} for name in ("sheet", "answer")},
    **{
        f"questionnaires.{name}": {"link_id": "answer_link"}
        for name in ("made", "came_in", "cancel_link", "take_over", "set_aside")
    },
    "questionnaires.by_patient": {"token": "answer_token"},
    "sites.process": {"kind": "process"},
    "worklists.export": {"kind": "format"},
    "identity.public_card": {"code": "card"},
    **dict.fromkeys(("sites.import_list", "sites.template"), {"kind": "list"}),
    **dict.fromkeys(("sites.contact_edit", "sites.contact_end"), {"key": "contact"}),
    "sites.identifier_end": {"key": "identifier"},
    "certification.certify": {"site_id": "ready"},
    **{
        f"assessments.{name}": {"set_id": "draft", "key": "question"}
        for name in ("rename", "add", "change", "remove", "publish")
    },
}


def address(app: Flask, rule: Rule, places: Mapping[str, Any]) -> str:
    values = {name: places[OTHERWISE.get(rule.endpoint, {}).get(name, name)] for name in rule.arguments}
    with app.test_request_context():
        built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def test_what_is_public_is_listed_here(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app) if is_public(app, rule.endpoint)} == PUBLIC


def test_every_page_that_is_not_public_is_closed_to_strangers(app: Flask, client: FlaskClient, places) -> None:
    shut = 0
    for rule in rules(app):
        if rule.endpoint in PUBLIC:
            continue
        path = address(app, rule, places)
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            answer = client.open(path, method=method)
            if method in SENT:
                assert answer.status_code == 401, (method, path)
            else:
                assert answer.status_code == 302, (method, path)
                assert answer.location.startswith("/sign-in"), (method, path)
            shut += 1
    assert shut > len(BLUEPRINTS)


def test_every_page_opens_for_somebody_and_says_what_it_means(
    app: Flask, world: World, hospital: Hospital, places
) -> None:
    """Each GET is answered to at least one of these people; no page shows the inside of a template."""
    pages = [r for r in rules(app) if "GET" in (r.methods or set()) and not r.endpoint.endswith("static")]
    opened = set()
    for client in signed_in(app, world, hospital):
        for rule in pages:
            answer = client.get(address(app, rule, places))
            assert answer.status_code < 500 or rule.endpoint == "health.readyz", rule  # no worker runs here
            if answer.status_code in (200, 302, 503):
                opened.add(rule.endpoint)
            if answer.mimetype == "text/html":
                assert not INSIDE.search(answer.text), (rule, INSIDE.search(answer.text))
    imported = {"background.run", "background.show"}  # of a report that is not here; tests/background opens them
    once = {f"assessments.{name}" for name in ("made", "link_result", "link_certificate")}
    once |= {"followup.offer_made", "questionnaires.made"}
    assert {r.endpoint for r in pages} - opened == imported | once  # the latter open right after an act alone


def test_an_address_that_is_none_is_not_found_and_says_nothing(client: FlaskClient) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_no_change_without_the_token_of_its_form(
    app: Flask, world: World, hospital: Hospital, places, superuser: psycopg.Connection
) -> None:
    posts = [r for r in rules(app) if SENT & (r.methods or set()) and r.endpoint != "access.sign_in_now"]
    refused_for_the_token = set()
    for client in signed_in(app, world, hospital):
        before = written(superuser)
        for rule in posts:
            path = address(app, rule, places)
            answer = client.post(path, data={"password": "x", "scope": hospital.scope_id})
            assert answer.status_code in (400, 403, 404, 409, 422), (path, answer.status_code)
            if answer.status_code in (400, 422) and TOO_OLD in answer.text:
                refused_for_the_token.add(rule.endpoint)
        assert written(superuser) == before
    assert {r.endpoint for r in posts} - refused_for_the_token == set()


def signed_in(app: Flask, world: World, hospital: Hospital) -> Iterator[FlaskClient]:
    """People who together may do everything there is to do."""
    [program] = hospital.manager.programs
    people: list[Actor] = [
        hospital.coordinator,
        hospital.manager,
        hospital.representative,
        world.account(Role.MEDICAL_REVIEWER, program_id=program),
        world.account(Role.ADMINISTRATOR),
    ]
    db.session.rollback()  # many pages are asked for now; what was looked up here does not wait for them
    for actor in people:
        client = app.test_client()
        world.sign_in(client, actor)
        yield client


def written(superuser: psycopg.Connection) -> int:
    """How many entries the trail has: every change writes one."""
    [(count,)] = superuser.execute("select count(*) from trail.entry").fetchall()
    return int(count)
