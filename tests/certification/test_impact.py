"""A draft held against sites before it takes effect: who would lose or gain what, and why."""

import io
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.many import SITES
from rems.app import PROGRAMS
from rems.certification import impact, queries
from rems.certification.foreseeing import draft_of, foresee
from rems.certification.impact import Effect
from rems.certification.rules import Finding, FindingState
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed
from rems.core.lens import Lens
from rems.programs import files
from rems.programs.rules import Closure
from rems.sites import queries as sites
from tests.factories import EUROPE, KYMRIAH, Hospital, World, csrf

CATALOGUE = files.load(PROGRAMS)
PROGRAM = CATALOGUE.programs[EUROPE]
VERSION = PROGRAM.versions[-1]
DAY = date(2027, 3, 1)
STOCK = "SITE-TOCI-ON-SITE"


def draft(text: str = "") -> str:
    """The European file with a second version from 1 March 2027, which asks for a process that the first does not."""
    file = (PROGRAMS / "eu-rmp-cart.yaml").read_text("utf-8")
    begin = file.index("  - version: annex-II-D") if "  - version: annex-II-D" in file else file.index("  - version:")
    rest = file[begin:]
    end = begin + re.search(r"\n(?=[a-z_]+:)", rest).start() + 1
    first = file[begin:end]
    second = first.replace(first.splitlines()[0], '  - version: "2027"', 1)
    second = re.sub(r"effective_from: \S+", f"effective_from: {DAY}", second, count=1)
    second = second.replace(
        "    requirements:\n", "    requirements:\n      - {code: SITE-PROC-NEW-STAFF, confidence: uncertain}\n", 1
    )
    closed = re.sub(r"effective_to: \S+", f"effective_to: {DAY - timedelta(1)}", first, count=1)
    return file[:begin] + closed.rstrip() + "\n\n" + second + text + file[end:]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "eu-rmp-cart.yaml"
    path.write_text(draft(), "utf-8")
    return path


def finding(code: str, state: FindingState) -> Finding:
    asked = replace(VERSION.requirements[0], code=code, title=code)
    return Finding(asked, state, f"{state}.")


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (FindingState.MET, FindingState.NOT_MET, Effect.LOSES),
        (FindingState.MET_BY_EXCEPTION, FindingState.NOT_MET, Effect.LOSES),
        (FindingState.NOT_MET, FindingState.DUE_SOON, Effect.GAINS),
        (None, FindingState.NOT_MET, Effect.NEW_DUTY),
        (FindingState.NOT_ASKED, FindingState.NOT_MET, Effect.NEW_DUTY),
        (FindingState.NOT_MET, None, Effect.RELIEVED),
        (FindingState.MET, None, Effect.DROPPED),
        (None, FindingState.MET, Effect.ADDED),
        (FindingState.MET, FindingState.DUE_SOON, None),
        (FindingState.NOT_ASKED, None, None),
    ],
)
def test_a_requirement_is_lost_gained_or_the_same(before, after, effect) -> None:
    was = (finding("A", before),) if before else ()
    now = (finding("A", after),) if after else ()
    assert [c.effect for c in impact.compare(was, now)] == ([effect] if effect else [])


def test_the_first_day_of_a_draft_is_that_on_which_it_asks_something_else(file: Path) -> None:
    assert impact.first_day(draft_of(PROGRAMS, file), PROGRAM) == DAY
    closing = replace(PROGRAM, closure=Closure(DAY, "No longer necessary"))
    assert impact.first_day(closing, PROGRAM) == DAY
    with pytest.raises(BadInput, match="asks nothing that the program does not ask already"):
        impact.first_day(PROGRAM, PROGRAM)


def test_a_broken_draft_is_refused_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "eu-rmp-cart.yaml"
    path.write_text(draft().replace("SITE-PROC-NEW-STAFF", "SITE-NO-SUCH"), "utf-8")
    with pytest.raises(BadInput, match=r"line \d+: .*SITE-NO-SUCH"):
        draft_of(PROGRAMS, path)


def test_a_site_gains_a_duty_that_it_does_not_meet(world: World, file: Path) -> None:
    hospital = world.hospital(EUROPE).certified(date(2026, 6, 1))
    with reading(hospital.manager):
        found = foresee(hospital.manager, draft_of(PROGRAMS, file))
        [line] = found.lines
        assert (found.on, found.sites, line.site.id) == (DAY, 1, hospital.site_id)
    [change] = line.impact.changes
    assert (change.code, change.effect, change.before) == ("SITE-PROC-NEW-STAFF", Effect.NEW_DUTY, "Not asked.")
    assert line.impact.loses
    assert line.impact.after.may_treat  # a gap alone takes no certificate away


def test_only_who_runs_the_program_looks_ahead(world: World, file: Path) -> None:
    hospital = world.hospital(EUROPE)
    for actor in (hospital.coordinator, world.manager(KYMRIAH)):
        with reading(actor), pytest.raises(NotAllowed):
            foresee(actor, draft_of(PROGRAMS, file))


def test_the_page_shows_it_and_gives_the_list(world: World, client: FlaskClient) -> None:
    hospital = world.hospital(EUROPE, name="Klinikum Süd").certified(date(2026, 6, 1))
    world.sign_in(client, hospital.manager)
    page = client.get("/certification/impact").text
    sent = {"csrf_token": csrf(page), "file": (io.BytesIO(draft().encode()), "eu-rmp-cart.yaml")}
    shown = client.post("/certification/impact", data=sent)
    assert shown.status_code == 200
    assert "1 site of 1 would stand otherwise" in shown.text
    assert "Klinikum Süd" in shown.text
    assert "Asked anew, not met" in shown.text
    values = {"csrf_token": csrf(shown.text), "content": draft(), "name": "eu-rmp-cart.yaml"}
    listed = client.post("/certification/impact.csv", data=values)
    assert listed.mimetype == "text/csv"
    assert "SITE-PROC-NEW-STAFF" in listed.get_data(as_text=True)
    wrong = {"csrf_token": csrf(page), "file": (io.BytesIO(b"code: [x"), "x.yaml")}
    answer = client.post("/certification/impact", data=wrong)
    assert answer.status_code == 422
    assert "this is not YAML" in answer.text


def test_five_thousand_sites_are_looked_at_within_ten_seconds(
    world: World, superuser: psycopg.Connection, file: Path
) -> None:
    """30,000 people with 60,000 records; processor time of this process. The benchmark takes the time of a clock."""
    manager = world.manager(EUROPE)
    [(program,)] = superuser.execute("select id from program where code = %s", [EUROPE]).fetchall()
    superuser.execute("set session_replication_role = replica")
    superuser.execute(SITES, {"sites": 5_000, "program": program, "people": 6, "each": 2})
    superuser.execute("set session_replication_role = origin")
    superuser.execute("analyze evidence, staff_member, scope, site")
    with reading(manager):
        draft_ = draft_of(PROGRAMS, file)
        began = time.process_time()
        found = foresee(manager, draft_)
        spent = time.process_time() - began
    assert found.sites == len(found.lines) == 5_000
    assert spent < 10, spent


def test_one_sites_change_asks_nothing_of_another(world: World) -> None:
    """What one site's standing is read from names that site alone, so a change elsewhere is never looked at."""
    hospital, other = world.hospital(EUROPE).certified(date(2026, 6, 1)), world.hospital(EUROPE)
    asked: list[str] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        asked.append(str(parameters))

    with reading(hospital.manager):
        entry = sites.entry(hospital.manager, hospital.site_id, EUROPE)
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            queries.standing(hospital.manager, entry, Lens(date(2026, 10, 1)))
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) > 5
    named = {UUID(key) for key in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", " ".join(asked))}
    assert {hospital.site_id, hospital.scope_id} <= named
    assert not {other.site_id, other.scope_id} & named


def test_the_number_of_statements_does_not_grow_with_the_sites(world: World) -> None:
    manager = world.manager(EUROPE)
    hospitals: list[Hospital] = [world.hospital(EUROPE).certified(date(2026, 6, 1)) for _ in range(3)]
    count: list[int] = []

    def note(*_: object) -> None:
        count[-1] += 1

    with reading(manager):
        entries = [sites.entry(manager, h.site_id, EUROPE) for h in hospitals]
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            for some in (entries[:1], entries):
                count.append(0)
                queries.standings(manager, some, Lens(date(2026, 10, 1)))
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    assert count[0] == count[1]
