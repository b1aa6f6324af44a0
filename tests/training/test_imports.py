"""Training from a sponsor's own system: what is asked once is kept, and nothing is taken twice."""

import json
import re
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from rems.access.rules import Role
from rems.cli import importing, main
from rems.core.clock import utcnow
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.queries import Entry
from rems.sites.rules import StaffRole
from rems.sites.sheets import Outcome
from rems.training import keeping, logs, steps
from rems.training.formats import DayFormat, Format
from rems.training.logs import Sent
from rems.training.models import TrainingRecord
from rems.training.results import CountsAs, Course
from rems.training.rules import TrainingKind
from tests.factories import KYMRIAH, Hospital, World, csrf
from tests.training.test_formats import COLUMNS, HEAD
from tests.training.test_logs import HEAD as OURS
from tests.training.test_logs import hidden, sent
from tests.training.test_xapi import COURSE, statement

KA, LIVE = Course(COURSE, "Assessment 2017-2", 1), Course("LIVE", "LIVE", 1)
ACME = Format("Acme", COLUMNS, DayFormat.US)
LIST = HEAD + "Tobias Renquist,,3/13/2018,LIVE,,Completed,T-1\nŽofia Nowak,,3/2/2018,LIVE,,In progress,T-2\n"


@pytest.fixture
def hospital(world: World) -> Hospital:
    found = world.hospital(KYMRIAH, name="Harrow Lake")
    said = {"from_on": date(2018, 1, 1), "by": found.coordinator, "now": world.now}
    sites.add_staff(found.site_id, "Žofia Nowak", StaffRole.NURSE, email="zofia@hl.example", **said)
    sites.add_staff(found.site_id, "Tobias Renquist", StaffRole.NURSE, **said)
    return found


def entry(hospital: Hospital) -> Entry:
    return site_queries.entry(hospital.coordinator, hospital.site_id, KYMRIAH)


def take(hospital: Hospital, text: str, read_as: str = "") -> list[tuple[Outcome, str]]:
    with_it = Sent(text, read_as, 80)
    told = logs.take(hospital.site_id, KYMRIAH, with_it, by=hospital.coordinator, now=hospital.world.now)
    return [(one.outcome, one.words) for one in told]


def keep(hospital: Hospital, course: Course = KA, way: CountsAs = CountsAs.ASSESSMENT) -> None:
    said = {"by": hospital.coordinator, "now": hospital.world.now}
    keeping.keep_courses(hospital.site_id, KYMRIAH, [(course, way)], **said)
    keeping.keep_format(hospital.site_id, KYMRIAH, ACME, **said)


def test_a_statement_is_taken_once_whatever_file_it_is_in(hospital: Hospital) -> None:
    keep(hospital)
    again = f"Record {statement()['id']} was taken already."
    assert [outcome for outcome, _ in take(hospital, json.dumps(statement()))] == [Outcome.NEW]
    assert take(hospital, json.dumps([statement()])) == [(Outcome.SAME, again)]
    ours = f"name,kind,day,material,record\nZofia Nowak,live-training,2018-03-09,Other,{statement()['id']}\n"
    assert take(hospital, ours) == [(Outcome.SAME, again)]


def test_two_tries_of_one_day_are_two_by_their_numbers_and_one_without(hospital: Hospital) -> None:
    keep(hospital)
    second = statement(id="00000000-0000-4000-8000-000000000002")
    assert [o for o, _ in take(hospital, json.dumps([statement(), second]))] == [Outcome.NEW, Outcome.NEW]
    by_hand = OURS + "Žofia Nowak,,assessment,2018-03-02,Assessment 2017-2,10,9,80\n"
    assert take(hospital, by_hand) == [(Outcome.SAME, "")]


def test_what_was_recorded_by_hand_stands_for_one_number_and_not_for_two(hospital: Hospital) -> None:
    keep(hospital)
    take(hospital, OURS + "Žofia Nowak,,assessment,2018-03-02,Assessment 2017-2,10,9,80\n")
    second = statement(id="00000000-0000-4000-8000-000000000002")
    assert [o for o, _ in take(hospital, json.dumps([statement(), second]))] == [Outcome.SAME, Outcome.NEW]
    assert [o for o, _ in take(hospital, json.dumps([statement(), second]))] == [Outcome.SAME, Outcome.SAME]


def test_what_was_taken_back_stays_so_when_its_number_comes_again(world: World, hospital: Hospital) -> None:
    keep(hospital, LIVE, CountsAs.LIVE_TRAINING)
    take(hospital, LIST, "Acme")
    with reading(hospital.coordinator):
        [row] = db.session.query(TrainingRecord).all()
    with transaction(hospital.coordinator, "test.take_back", at=world.now):
        steps.take_back("training_record", row.id)
    assert take(hospital, LIST, "Acme") == [
        (Outcome.SAME, "Record T-1 was taken already, and taken back since."),
        (Outcome.LEFT, "LIVE was not completed, so nothing is recorded."),
    ]


def test_the_database_itself_keeps_a_number_once_in_a_site_under_a_program(world: World, hospital: Hospital) -> None:
    keep(hospital, LIVE, CountsAs.LIVE_TRAINING)
    take(hospital, LIST, "Acme")
    with reading(hospital.coordinator):
        here = entry(hospital)
        [who] = [one for one in site_queries.staff(hospital.site_id) if one.name == "Tobias Renquist"]
    again = {"holds_on": date(2018, 3, 14), "material": "Other", "came_as": "T-1"}
    with (
        pytest.raises(IntegrityError, match="uq_training_record_came_as"),
        transaction(hospital.coordinator, "test.again", at=world.now),
    ):
        steps.trained(here, who, TrainingKind.LIVE_TRAINING, **again)


def test_a_number_twice_in_one_file_is_refused_and_a_character_that_no_record_keeps(hospital: Hospital) -> None:
    line = "Tobias Renquist,live-training,2018-03-0{},Slides,T-1\n"
    text = "name,kind,day,material,record\n" + line.format(1) + line.format(2)
    with reading(hospital.coordinator):
        said = {"by": hospital.coordinator, "now": hospital.world.now}
        told = logs.tell(hospital.site_id, KYMRIAH, Sent(text), **said)
        assert told[1].words == "The same stands in line 2 already."
        told = logs.tell(hospital.site_id, KYMRIAH, Sent(text.replace("T-1", "T\x00")), **said)
        assert told[0].words == "A name in it holds a character that cannot be kept."


def test_a_change_of_a_course_holds_from_then_on_and_its_history_stays(world: World, hospital: Hospital) -> None:
    said = {"by": hospital.coordinator, "now": world.now}
    keep(hospital)
    keep(hospital, KA, CountsAs.NOTHING)  # known already: it stays as it is
    with reading(hospital.coordinator):
        [(first, way)] = [(one.id, one.counts_as) for one in keeping.courses(entry(hospital))]
    assert way is CountsAs.ASSESSMENT
    with pytest.raises(BadInput, match="It counts as this already: Knowledge assessment"):
        keeping.change_course(hospital.site_id, KYMRIAH, first, CountsAs.ASSESSMENT, **said)
    keeping.change_course(hospital.site_id, KYMRIAH, first, CountsAs.NOTHING, **said)
    assert take(hospital, json.dumps(statement())) == [(Outcome.LEFT, "Assessment 2017-2 counts as nothing here.")]
    with reading(hospital.coordinator):
        assert [one.counts_as for one in keeping.course(entry(hospital), first)] == ["nothing", "assessment"]
        assert keeping.courses(entry(hospital), Lens(date(2018, 1, 1))) == []
    assert len(world.trail("training.change_course")) == 1


def test_a_format_is_replaced_under_its_name_and_the_same_again_is_nothing(world: World, hospital: Hospital) -> None:
    said = {"by": hospital.coordinator, "now": world.now}
    keep(hospital)
    keeping.keep_format(hospital.site_id, KYMRIAH, ACME, **said)
    assert len(world.trail("training.keep_format")) == 1
    keeping.keep_format(hospital.site_id, KYMRIAH, Format("Acme", COLUMNS, DayFormat.ISO), **said)
    with reading(hospital.coordinator):
        assert [one.day_format for one in keeping.formats(entry(hospital))] == [DayFormat.ISO]
        with pytest.raises(BadInput, match='No columns of a list are kept as "Other"; those kept are: Acme'):
            keeping.format_named(entry(hospital), "Other")


def test_what_is_kept_is_of_one_site_in_one_program_and_only_for_who_records_training(
    world: World, hospital: Hospital
) -> None:
    keep(hospital)
    other = world.hospital(KYMRIAH)
    with reading(other.coordinator):
        theirs = site_queries.entry(other.coordinator, other.site_id, KYMRIAH)
        assert keeping.courses(theirs) == keeping.formats(theirs) == []
    said = {"now": world.now}
    for by, error in ((hospital.manager, NotAllowed), (other.coordinator, NotFound)):
        with pytest.raises(error):
            keeping.keep_courses(hospital.site_id, KYMRIAH, [(LIVE, CountsAs.NOTHING)], by=by, **said)
        with pytest.raises(error):
            keeping.keep_format(hospital.site_id, KYMRIAH, ACME, by=by, **said)
        with pytest.raises(error):
            keeping.change_course(hospital.site_id, KYMRIAH, hospital.site_id, CountsAs.NOTHING, by=by, **said)
    with pytest.raises(NotFound, match="There is no such course here"):
        keeping.change_course(
            hospital.site_id, KYMRIAH, hospital.site_id, CountsAs.NOTHING, by=hospital.coordinator, **said
        )
    assert len(world.trail("training.keep_courses")) == 1


def post(client: FlaskClient, hospital: Hospital, page: str, **chosen: str) -> TestResponse:
    path = f"/sites/{hospital.site_id}/programs/{KYMRIAH}/training/import"
    return client.post(path, data={**hidden(page), **chosen})


def test_a_list_is_asked_about_once_and_known_the_next_time(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    world.sign_in(client, hospital.coordinator)
    page = sent(client, hospital, LIST.encode()).text
    assert "Which column is what" in page
    guess = {**COLUMNS, "day_format": "us", "called": "Acme"}
    twice = post(client, hospital, page, **{**guess, "email": "Learner"})
    assert twice.status_code == 422
    assert 'Name of the person: "Learner" is chosen twice' in unescape(twice.text)
    unsaid = post(client, hospital, page, **{**guess, "called": ""})
    assert "Name of the list is missing" in unescape(unsaid.text)
    courses = post(client, hospital, page, **guess)
    assert courses.status_code == 200
    assert "What the courses count as" in courses.text
    [field] = re.findall(r'<select[^>]* name="(course-[0-9a-f]+)"', courses.text)
    missing = post(client, hospital, courses.text)
    assert missing.status_code == 422
    assert "LIVE: choose one" in missing.text
    told = post(client, hospital, courses.text, **{field: "live-training"})
    assert "Import 1 line" in told.text
    assert "Left out" in told.text
    assert post(client, hospital, told.text).status_code == 302
    assert "1 recorded, 0 were on record already. 1 left out." in client.get("/sites", follow_redirects=True).text
    again = sent(client, hospital, LIST.encode(), read_as="Acme")
    assert "Record T-1 was taken already." in again.text
    assert "Nothing to do" in again.text
    kept = client.get(f"/sites/{hospital.site_id}/programs/{KYMRIAH}/training/mappings").text
    assert "Number of the record: Record" in kept
    assert "Month first, 11/24/2026" in kept


def test_days_that_read_in_two_ways_are_chosen_by_nobody_but_the_person(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    world.sign_in(client, hospital.coordinator)
    page = sent(client, hospital, LIST.replace("3/13/2018", "3/3/2018").encode()).text
    assert "can be read in more than one way" in page
    assert " checked" not in page.split("How its days are written")[1]
    refused = post(client, hospital, page, **COLUMNS, called="Acme")
    assert "How its days are written: choose one" in unescape(refused.text)
    assert " checked" in sent(client, hospital, LIST.encode()).text


def test_statements_are_asked_about_once_and_each_that_is_not_clear_is_told(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    world.sign_in(client, hospital.coordinator)
    both = json.dumps([statement(), statement("liked")]).encode()
    courses = sent(client, hospital, both, pass_mark="80")
    assert "Assessment 2017-2" in courses.text
    [field] = re.findall(r'<select[^>]* name="(course-[0-9a-f]+)"', courses.text)
    told = post(client, hospital, courses.text, **{field: "assessment"})
    assert told.status_code == 422
    assert "is none of passed, failed, completed, attended" in told.text
    assert "Import 1 line" in sent(client, hospital, json.dumps(statement()).encode(), pass_mark="80").text


def test_too_many_new_courses_and_what_was_changed_on_the_way_are_refused(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    world.sign_in(client, hospital.coordinator)
    many = [statement(object={"id": f"https://lms.example/{n}"}) for n in range(201)]
    answer = sent(client, hospital, json.dumps(many).encode())
    assert answer.status_code == 422
    assert "The file names 201 courses that are not known yet" in answer.text
    courses = sent(client, hospital, json.dumps(statement()).encode())
    assert post(client, hospital, courses.text, pass_mark="many").status_code == 422


def test_a_course_is_changed_on_its_page_by_who_records_training(
    world: World, client: FlaskClient, hospital: Hospital
) -> None:
    world.now = utcnow()
    keep(hospital)
    here = f"/sites/{hospital.site_id}/programs/{KYMRIAH}/training/mappings"
    world.sign_in(client, hospital.coordinator)
    shown = client.get(here).text
    [path] = re.findall(rf'href="({here}/[0-9a-f-]+)"', shown)
    page = client.get(path).text
    same = client.post(path, data={"csrf_token": csrf(page), "counts_as": "assessment"})
    assert same.status_code == 422
    assert "It counts as this already" in same.text
    assert client.post(path, data={"csrf_token": csrf(page), "counts_as": "nothing"}).status_code == 302
    assert "Nothing here: its lines are left out" in client.get(here).text
    assert "2 states" in client.get(path).text
    assert "No course yet" in client.get(f"{here}?as_of=2018-01-01").text
    world.sign_in(client, world.account(Role.AUDITOR, site_id=hospital.site_id))
    assert "Keep the change" not in client.get(path).text
    assert "Import a log" not in client.get(here).text


def test_the_command_takes_a_list_by_the_name_of_its_columns_and_statements_by_their_content(
    app, hospital: Hospital, where, tmp_path, capsys
) -> None:
    keep(hospital, LIVE, CountsAs.LIVE_TRAINING)
    keep(hospital)
    chosen = app.extensions["rems_settings"]
    file = tmp_path / "list"

    def run(text: str, read_as: str = "", mark: int | None = None) -> int:
        file.write_text(text, encoding="utf-8")
        return importing.log(chosen, where, file, "Harrow Lake", KYMRIAH, read_as=read_as, mark=mark, dry_run=False)

    assert run(LIST, "Acme") == 0
    assert "1 new, 0 on record already, 1 left out." in capsys.readouterr().out
    assert run(json.dumps(statement()), mark=80) == 0
    assert "line 1, new, Žofia Nowak: assessment on 2 Mar 2018" in capsys.readouterr().out
    assert run(json.dumps(statement("liked"))) == 1
    assert run(json.dumps(statement(object={"id": "x:new", "definition": {}}, id=None))) == 1
    assert 'Nobody has said yet what "x:new" counts as' in capsys.readouterr().out
    with pytest.raises(BadInput, match='No columns of a list are kept as "Other"'):
        run(LIST, "Other")
    with pytest.raises(BadInput, match="The heading lacks name, kind, day, material"):
        run(LIST)


def test_the_command_knows_its_words() -> None:
    given = main.parser().parse_args(
        ["import", "training", "f.json", "--site", "A", "--program", "P", "--as", "Acme", "--pass-mark", "80"]
    )
    assert (given.read_as, given.pass_mark, given.dry_run) == ("Acme", 80, False)
