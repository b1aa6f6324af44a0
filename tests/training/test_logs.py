"""A training log is shown line by line first, and then taken whole or not at all; sent again it changes nothing."""

import csv
import io
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from rems.access.rules import Role
from rems.cli import importing
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.errors import Incomplete, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.sites.sheets import Outcome
from rems.training import logs, queries
from rems.training.logs import Sent
from rems.training.rules import TrainingKind
from tests.factories import KYMRIAH, Hospital, World, csrf

HEAD = "name,email,kind,day,material,questions,correct,pass_mark\n"
GOOD = (
    HEAD
    + 'Žofia Nowak,,staff-training,2018-03-01,"Slides, edition 3",,,\n'
    + "zofia nowak,zofia@hl.example,Assessment,2018-03-02,2017-2,10,9,80%\n"
    + "Tobias Renquist,,live training,2018-03-01,Session of March,,,\n"
)


HOW: dict[str, Any] = {"read_as": "", "mark": None}


def sent(client: FlaskClient, hospital: Hospital, content: bytes, **more: str) -> TestResponse:
    """A file sent to the page of the import, and its answer."""
    path = f"/sites/{hospital.site_id}/programs/{KYMRIAH}/training/import"
    form = {"csrf_token": csrf(client.get(path).text), "file": (io.BytesIO(content), "log.csv"), **more}
    return client.post(path, data=form, content_type="multipart/form-data")


def hidden(page: str) -> dict[str, str]:
    """What a page of the import carries along to the next."""
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page.split("<main")[1])
    return {name: unescape(value) for name, value in found}


@pytest.fixture
def hospital(world: World) -> Hospital:
    found = world.hospital(KYMRIAH, name="Harrow Lake")
    said = {"from_on": date(2018, 1, 1), "by": found.coordinator, "now": world.now}
    sites.add_staff(found.site_id, "Žofia Nowak", StaffRole.NURSE, email="zofia@hl.example", **said)
    sites.add_staff(found.site_id, "Tobias Renquist", StaffRole.NURSE, **said)
    return found


def told(hospital: Hospital, text: str) -> list[tuple[str, str]]:
    with reading(hospital.coordinator):
        lines = logs.tell(hospital.site_id, KYMRIAH, Sent(text), by=hospital.coordinator, now=hospital.world.now)
        return [(one.outcome.value, one.words) for one in lines]


def take(hospital: Hospital, text: str) -> list[Outcome]:
    lines = logs.take(hospital.site_id, KYMRIAH, Sent(text), by=hospital.coordinator, now=hospital.world.now)
    return [one.outcome for one in lines]


def test_a_log_is_told_taken_and_the_same_again_is_nothing(world: World, hospital: Hospital) -> None:
    assert told(hospital, GOOD) == [
        ("new", "staff training on 1 Mar 2018, Slides, edition 3"),
        ("new", "assessment on 2 Mar 2018, 2017-2"),
        ("new", "live training on 1 Mar 2018, Session of March"),
    ]
    assert world.trail("training.import_log") == []
    assert take(hospital, GOOD) == [Outcome.NEW] * 3
    with reading(hospital.coordinator):
        entry = site_queries.entry(hospital.coordinator, hospital.site_id, KYMRIAH)
        people = {p.person.name: p for p in queries.people(hospital.site_id, entry, Lens(date(2018, 4, 1)))}
        assert people["Žofia Nowak"].passed is not None
        assert TrainingKind.LIVE_TRAINING in people["Tobias Renquist"].trainings
    assert take(hospital, GOOD) == [Outcome.SAME] * 3
    entries = [e["table_name"] for e in world.trail("training.import_log")]
    assert entries.count("evidence") == 3


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Nobody,,staff-training,2018-03-01,Slides,,,", "This is nobody of the site's staff"),
        ("Tobias Renquist,,dancing,2018-03-01,Slides,,,", 'kind: "dancing" is none; write one of live-training'),
        ("Tobias Renquist,,staff-training,1.3.2018,Slides,,,", 'day: "1.3.2018" is no day; write it like 2026-11-24'),
        ("Tobias Renquist,,staff-training,2100-03-01,Slides,,,", "day"),
        ("Tobias Renquist,,staff-training,2017-03-01,Slides,,,", "worked at the site from 1 Jan 2018 on, not on"),
        ("Tobias Renquist,,assessment,2018-03-01,2017-2,10,,80", "needs its score: correct is empty"),
        ("Tobias Renquist,,assessment,2018-03-01,2017-2,10,x,80", 'correct: "x" is no whole number'),
        ("Tobias Renquist,,assessment,2018-03-01,2017-2,0,0,80", "an empty assessment is never a pass"),
        ("Tobias Renquist,,staff-training,2018-03-01,,,,", "material is empty."),
    ],
)
def test_a_line_that_is_wrong_is_named_and_stops_the_whole_log(
    world: World, hospital: Hospital, line: str, sentence: str
) -> None:
    text = GOOD + line + "\n"
    outcome, words = told(hospital, text)[3]
    assert outcome == "refused"
    assert sentence in words
    with pytest.raises(Incomplete, match="1 line is refused, so nothing was taken") as refused:
        take(hospital, text)
    assert refused.value.gaps[0].startswith("Line 5: ")
    assert world.trail("training.import_log") == []


def test_two_of_one_name_need_their_address_and_a_line_twice_is_refused(world: World, hospital: Hospital) -> None:
    said = {"from_on": date(2018, 1, 1), "by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Tobias Renquist", StaffRole.NURSE, email="t2@hl.example", **said)
    line = "Tobias Renquist,{},staff-training,2018-03-01,Slides,,,\n"
    assert told(hospital, HEAD + line.format(""))[0][1].startswith("2 people of the site have that name")
    assert told(hospital, HEAD + line.format("t2@hl.example"))[0][0] == "new"
    twice = told(hospital, HEAD + line.format("t2@hl.example") * 2)
    assert twice[1] == ("refused", "The same stands in line 2 already.")


def test_a_file_in_latin_1_is_refused_and_one_with_a_mark_is_read(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    world.sign_in(client, hospital.coordinator)
    assert "The file is not in UTF-8: line 2" in unescape(
        sent(client, hospital, (HEAD + "Zoë,,a,b,c,,,").encode("latin-1")).text
    )
    assert "Import 3 lines" in sent(client, hospital, ("\ufeff" + GOOD).encode()).text


def test_who_may_record_no_training_takes_no_log(world: World, hospital: Hospital) -> None:
    for by in (hospital.manager, world.account(Role.AUDITOR, site_id=hospital.site_id)):
        with pytest.raises(NotAllowed):
            logs.take(hospital.site_id, KYMRIAH, Sent(GOOD), by=by, now=world.now)
    with pytest.raises(NotFound):
        stranger = world.hospital(KYMRIAH).coordinator
        logs.take(hospital.site_id, KYMRIAH, Sent(GOOD), by=stranger, now=world.now)


def test_a_log_is_walked_through_its_pages_and_the_matrix_is_taken_away(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    world.sign_in(client, hospital.coordinator)
    here = f"/sites/{hospital.site_id}/programs/{KYMRIAH}"
    shown = sent(client, hospital, GOOD.encode())
    assert shown.status_code == 200
    assert "Import 3 lines" in shown.text
    assert client.post(f"{here}/training/import", data=hidden(shown.text)).status_code == 302
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"{here}/training.csv?as_of=2018-04-01").data.decode("utf-8-sig")))
    )
    assert {r["person"]: r["Staff training"] for r in rows}["Žofia Nowak"] == "1 Mar 2018"
    assert {r["person"]: r["gaps"] for r in rows}["Žofia Nowak"] == "0"
    assert client.get(f"{here}/training/import.csv").data.decode("utf-8-sig").startswith("name,email,kind")


def test_the_command_says_each_line_and_takes_them(
    app, world: World, hospital: Hospital, where, tmp_path, capsys
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(GOOD, encoding="utf-8")
    chosen = app.extensions["rems_settings"]
    assert importing.log(chosen, where, file, "harrow lake", KYMRIAH, **HOW, dry_run=True) == 0
    assert "line 2, new, Žofia Nowak: staff training on 1 Mar 2018" in capsys.readouterr().out
    assert importing.log(chosen, where, file, str(hospital.site_id), KYMRIAH, **HOW, dry_run=False) == 0
    assert "3 new, 0 on record already." in capsys.readouterr().out
    with pytest.raises(NotFound, match='There is no site named "Nowhere"'):
        importing.log(chosen, where, file, "Nowhere", KYMRIAH, **HOW, dry_run=True)
