"""A sponsor's own list: which columns are guessed, which days can be read in one way alone, what its lines say."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.sites.sheets import Told
from rems.training import formats, results
from rems.training.formats import DayFormat, Format, fitting, format_of, guessed, peek
from rems.training.results import CountsAs

COLUMNS = {
    "name": "Learner", "email": "Mail", "day": "Date", "course": "Course",
    "score": "Score", "result": "Status", "record": "Record",
}  # fmt: skip
HEAD = ",".join(COLUMNS.values()) + "\n"
LINE = "Žofia Nowak,zofia@hl.example,3/2/2018,KA-7,9/10,Passed,T-1"
WAYS = {"KA-7": CountsAs.ASSESSMENT, "LIVE": CountsAs.LIVE_TRAINING}


def rows(text: str, *, days: DayFormat = DayFormat.US, columns: Mapping[str, str] = COLUMNS) -> list[object]:
    """What each line becomes: the values of a line of a log, or why it is none."""
    said = formats.read(text.encode(), Format("Acme", columns, days))
    lines = results.lines(said, WAYS, pass_mark=80)
    return [(one.outcome.value, one.words) if isinstance(one, Told) else one.values for one in lines]


def test_a_line_of_a_sponsor_becomes_a_line_of_a_log() -> None:
    assert rows(HEAD + LINE) == [
        {
            "name": "Žofia Nowak", "email": "zofia@hl.example", "kind": "assessment", "day": "2018-03-02",
            "material": "KA-7", "questions": "10", "correct": "9", "pass_mark": "80", "record": "T-1",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        (",,3/2/2018,LIVE,,passed,", ("refused", "It names nobody: name and e-mail are empty.")),
        ("A,,3/2/2018,,,passed,", ("refused", "The course is empty.")),
        ("A,,2018-03-02,LIVE,,passed,", ("refused", 'Day: "2018-03-02" is none that is written month first, 11/24/20')),
        ("A,,2/30/2018,LIVE,,passed,", ("refused", 'Day: "2/30/2018" is none')),
        ("A,,3/2/2018 01:30Z,LIVE,,passed,", ("refused", "is none that is written month first")),
        (
            "A,,3/2/2018,LIVE,,liked,",
            ("refused", 'Result: "liked" is none that is known; write one of passed, failed,'),
        ),
        ("A,,3/2/2018,LIVE,,,", ("refused", 'Result: "" is none that is known')),
        ("A,,3/2/2018,KA-7,,passed,", ("refused", "An assessment needs its score, and it is empty.")),
        ("A,,3/2/2018,KA-7,good,passed,", ("refused", 'Score: "good" is none; write it like 92 % or 23/25.')),
        ("A,,3/2/2018,KA-7,0.92,passed,", ("refused", 'Score: "0.92" may be a share or a percentage')),
        ("A,,3/2/2018,KA-7,1,passed,", ("refused", 'Score: "1" may be a share or a percentage')),
        ("A,,3/2/2018,KA-7,101,passed,", ("refused", 'Score: "101" is none')),
        ("A,,3/2/2018,KA-7,7/10,passed,", ("refused", "It says passed, but 7 of 10 is otherwise at a pass mark of 80")),
        ("A,,3/2/2018,NEW,,passed,", ("refused", 'Nobody has said yet what "NEW" counts as')),
        ("A\u0007,,3/2/2018,LIVE,,passed,", ("refused", "A name in it holds a character that cannot be kept.")),
        ("A,,3/2/2018,LIVE,,passed," + "9" * 201, ("refused", "has 201 characters; up to 200 are kept.")),
        ("A,,3/2/2018,LIVE,,failed,", ("left", "LIVE was not passed, so nothing is recorded.")),
        ("A,,,NEW,,In progress,", ("left", "NEW was not completed, so nothing is recorded.")),
    ],
)
def test_what_becomes_no_line_is_said_with_its_reason(line: str, becomes: tuple[str, str]) -> None:
    [found] = rows(HEAD + line)
    assert isinstance(found, tuple)
    assert found[0] == becomes[0]
    assert becomes[1] in found[1]


@pytest.mark.parametrize(
    ("score", "correct", "questions"),
    [("9/10", "9", "10"), ("9 of 10", "9", "10"), ("92", "92", "100"), ("92.9 %", "92", "100"), ("92,9%", "92", "100")],
)
def test_a_score_is_read_without_rounding_up(score: str, correct: str, questions: str) -> None:
    [found] = rows((HEAD + LINE).replace("9/10", f'"{score}"'))
    assert isinstance(found, dict)
    assert (found["correct"], found["questions"]) == (correct, questions)


def test_a_training_is_taken_whatever_stands_as_its_score_and_without_a_column_of_results() -> None:
    columns = {part: head for part, head in COLUMNS.items() if part != "result"}
    [found] = rows(HEAD + "A,,3/2/2018 14:05,LIVE,n/a,whatever,", columns=columns)
    assert isinstance(found, dict)
    assert (found["kind"], found["day"], found["name"]) == ("live-training", "2018-03-02", "A")


@pytest.mark.parametrize(
    ("days", "ways"),
    [
        (["2018-03-02"], ["iso"]),
        (["02.03.2018", ""], ["dotted"]),
        (["3/2/2018"], ["us", "day_first"]),
        (["3/2/2018", "3/13/2018"], ["us"]),
        (["13/3/2018 09:00"], ["day_first"]),
        (["3/13/2018", "13/3/2018"], []),
        (["2018-03-02", "3/2/2018"], []),
        (["", ""], []),
    ],
)
def test_days_that_can_be_read_in_two_ways_are_left_to_a_person(days: list[str], ways: list[str]) -> None:
    assert [way.value for way in fitting(days)] == ways


WRITTEN = {
    DayFormat.ISO: "%Y-%m-%d",
    DayFormat.US: "%m/%d/%Y",
    DayFormat.DAY_FIRST: "%d/%m/%Y",
    DayFormat.DOTTED: "%d.%m.%Y",
}


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(DayFormat))
def test_whatever_day_is_written_in_a_format_is_read_as_that_day(day: date, way: DayFormat) -> None:
    text = day.strftime(WRITTEN[way])
    assert way in fitting([text])
    [found] = rows(HEAD + f"A,,{text},LIVE,,passed,", days=way)
    assert isinstance(found, dict)
    assert found["day"] == day.isoformat()


def test_columns_are_guessed_by_their_heads_and_the_rest_is_left_open() -> None:
    heads = [
        "Learner Name",
        "E-mail",
        "Course Title",
        "Course Code",
        "Completion Date",
        "Completion Status",
        "Grade (%)",
        "Cost",
    ]
    assert guessed(heads) == {
        "name": "Learner Name", "email": "E-mail", "course": "Course Title",
        "day": "Completion Date", "result": "Completion Status", "score": "Grade (%)",
    }  # fmt: skip


def test_a_list_is_peeked_into() -> None:
    found = peek((HEAD + (LINE + "\n") * 5).encode())
    assert found.heads == tuple(COLUMNS.values())
    assert len(found.rows) == formats.PEEKED
    assert found.guess == COLUMNS
    assert found.days == (DayFormat.US, DayFormat.DAY_FIRST)


@pytest.mark.parametrize(
    ("columns", "field", "sentence"),
    [
        ({"course": "C", "name": "N"}, "day", "Day it was taken: choose the column it stands in."),
        ({"day": "D", "name": "N"}, "course", "Course: choose the column it stands in."),
        ({"day": "D", "course": "C"}, "name", "Name or e-mail: choose at least one; by it a person is found."),
        ({"day": "D", "course": "D", "name": "N"}, "day", 'Day it was taken: "D" is chosen twice; one column is one'),
    ],
)
def test_columns_that_are_not_clear_are_said_at_their_field(columns: dict[str, str], field: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        format_of("Acme", columns, DayFormat.ISO)
    assert refused.value.field == field
    assert sentence in refused.value.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Learner,Mail\nA,b", 'The list lacks "Date", "Course", "Score", "Status", "Record", which is read in "Acme".'),
        ("Date,Date\nA,b", "The heading has Date twice; give each column a head of its own."),
        ("\n\n", "The file has no heading in its first line."),
        (HEAD, "The file has a heading and no line below it."),
        (HEAD + LINE + ",more", "Line 2 has 8 columns, the heading 7"),
        (HEAD + '"A', "Line 2 is no CSV"),
    ],
)
def test_a_list_that_is_not_of_the_format_is_refused_whole(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        rows(text)
    assert refused.value.field == "file"
    assert sentence in refused.value.sentence
