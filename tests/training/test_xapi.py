"""xAPI statements of a sponsor's learning system: what they become, and what is not clear in them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.sites.sheets import Told
from rems.training import results, xapi
from rems.training.results import CountsAs


def statement(did: str = "passed", **changed: Any) -> dict[str, Any]:
    whole = {
        "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
        "actor": {"name": "Žofia Nowak", "mbox": "mailto:zofia@hl.example"},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{did}"},
        "object": {"id": "https://lms.example/course/7", "definition": {"name": {"en-US": "Assessment 2017-2"}}},
        "result": {"score": {"raw": 9, "max": 10, "scaled": 0.9}, "success": True},
        "timestamp": "2018-03-02T01:30:00Z",
    }
    return {**whole, **changed}


COURSE = "https://lms.example/course/7"
ASSESSED = {COURSE: CountsAs.ASSESSMENT}
TRAINED = {COURSE: CountsAs.STAFF_TRAINING}


def rows(
    text: str, ways: Mapping[str, CountsAs] = ASSESSED, *, pass_mark: int | None = 80, zone: str = "America/Chicago"
) -> list[Mapping[str, str] | str]:
    """What each statement becomes: the values of a line, or why it is none."""
    lines = results.lines(xapi.read(text, zone=zone), ways, pass_mark=pass_mark)
    return [one.words if isinstance(one, Told) else one.values for one in lines]


def kinds(text: str, ways: Mapping[str, CountsAs] = TRAINED) -> list[str]:
    return [one if isinstance(one, str) else one["kind"] for one in rows(text, ways)]


def test_a_passed_assessment_becomes_a_line_on_the_day_of_the_site() -> None:
    [one] = rows(json.dumps(statement()))
    assert one == {
        "name": "Žofia Nowak", "email": "zofia@hl.example", "kind": "assessment", "day": "2018-03-01",
        "material": "Assessment 2017-2", "questions": "10", "correct": "9", "pass_mark": "80",
        "record": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([statement("completed")] * 2),
        json.dumps({"statements": [statement("attended")] * 2, "more": ""}),
        "\ufeff" + "\n".join([json.dumps(statement("completed"))] * 2),
    ],
)
def test_statements_come_as_an_array_as_the_answer_of_a_store_or_one_a_line(text: str) -> None:
    assert kinds(text) == ["staff-training"] * 2


def test_a_scaled_score_is_one_of_a_hundred_without_rounding_up() -> None:
    [one] = rows(json.dumps(statement("failed", result={"score": {"scaled": 0.799}})))
    assert not isinstance(one, str)
    assert (one["correct"], one["questions"]) == ("79", "100")


def test_the_id_of_a_statement_is_kept_in_one_spelling_and_may_be_left_out() -> None:
    spelled = [statement(id="6690E6C9-3EF0-4ED3-8B37-7F3964730BEE"), {**statement(), "id": None}]
    records = [one["record"] for one in rows(json.dumps(spelled)) if not isinstance(one, str)]
    assert records == ["6690e6c9-3ef0-4ed3-8b37-7f3964730bee", ""]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"actor": {}}, "The actor has neither a name nor an address (mbox)."),
        ({"verb": {"id": "http://x/verbs/liked"}}, 'The verb "http://x/verbs/liked" is none of passed, failed,'),
        ({"timestamp": "2018-03-02T01:30:00"}, 'The timestamp "2018-03-02T01:30:00" is no moment with its zone.'),
        ({"timestamp": None}, 'The timestamp "" is no moment with its zone.'),
        ({"object": {}}, "The object has neither a name nor an id."),
        ({"result": {}}, "The result has no score (raw with max, or scaled from 0 to 1)."),
        ({"result": {"score": {"raw": 11, "max": 10}}}, "The result has no score"),
        ({"timestamp": "0001-01-01T00:00:00Z"}, "is no moment with its zone."),
        ({"actor": {"name": "a\ud800b"}}, "A name in it holds a character that cannot be kept."),
        ({"object": {"id": "a\u0000b"}}, "A name in it holds a character that cannot be kept."),
        ({"object": {"id": "x" * 501}}, "has 501 characters; up to 500 are kept."),
        (
            {"object": {"id": "https://lms.example/other"}},
            'Nobody has said yet what "https://lms.example/other" counts',
        ),
        ({"id": "7"}, 'The id "7" is no UUID.'),
        ({"id": {"a": 1}}, "is no UUID."),
        ({"result": {"score": {"scaled": 0.9}, "success": False}}, "It says passed, and that this was no success."),
        (
            {"result": {"score": {"raw": 7, "max": 10}}},
            "It says passed, but 7 of 10 is otherwise at a pass mark of 80 %.",
        ),
    ],
)
def test_what_is_not_clear_is_said_of_its_statement(changed: dict[str, Any], sentence: str) -> None:
    first, second = rows(json.dumps([statement(), statement(**changed)]))
    assert not isinstance(first, str)
    assert isinstance(second, str)
    assert sentence in second


@pytest.mark.parametrize(
    "score", ['{"raw": 1, "max": 1e1000000}', '{"scaled": 1e-1000000}', '{"raw": 1e400, "max": 1e400}']
)
def test_a_score_of_a_million_digits_is_refused_at_once(score: str) -> None:
    text = json.dumps(statement(result={})).replace('"result": {}', f'"result": {{"score": {score}}}')
    assert rows(text) == [xapi.NO_SCORE]


def test_a_failure_that_calls_itself_a_success_is_not_clear() -> None:
    result = {"score": {"raw": 2, "max": 10}, "success": True}
    assert rows(json.dumps(statement("failed", result=result))) == ["It says failed, and that this was a success."]


def test_without_a_pass_mark_no_assessment_is_taken_and_nothing_is_assumed() -> None:
    assert rows(json.dumps(statement()), pass_mark=None) == [results.NO_MARK]


@pytest.mark.parametrize(
    ("did", "success", "way", "becomes"),
    [
        ("completed", None, CountsAs.LIVE_TRAINING, "live-training"),
        ("passed", True, CountsAs.MATERIAL_REVIEW, "material-review"),
        ("failed", False, CountsAs.STAFF_TRAINING, "Assessment 2017-2 was not passed, so nothing is recorded."),
        ("completed", False, CountsAs.STAFF_TRAINING, "Assessment 2017-2 was not passed, so nothing is recorded."),
        ("completed", True, CountsAs.ASSESSMENT, "assessment"),
        ("completed", False, CountsAs.ASSESSMENT, "It says failed, but 9 of 10 is otherwise at a pass mark of 80 %."),
        ("passed", True, CountsAs.NOTHING, "Assessment 2017-2 counts as nothing here."),
    ],
)
def test_a_course_counts_as_what_somebody_said(did: str, success: bool | None, way: CountsAs, becomes: str) -> None:
    one = statement(did, result={"score": {"raw": 9, "max": 10}, "success": success})
    assert kinds(json.dumps(one), {COURSE: way}) == [becomes]


def test_the_courses_that_nobody_has_said_anything_of_are_counted_in_the_order_of_the_file() -> None:
    other = {"id": "https://lms.example/course/8"}
    said = xapi.read(json.dumps([statement(object=other), statement(), statement(object=other)]), zone="UTC")
    assert results.new_courses(said, TRAINED) == [results.Course(other["id"], other["id"], 2)]


@pytest.mark.parametrize(("text", "sentence"), [("[", "no JSON"), ("[]", "holds no statement"), ("{}{", "no JSON")])
def test_what_is_no_json_is_said(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        rows(text)
    assert refused.value.field == "file"


JSON = st.recursive(
    st.sampled_from(["2018-03-02T01:30:00Z", "http://x/passed", "mailto:a@b.example", "\ud800"])
    | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["actor", "verb", "object", "result", "timestamp", "id", "mbox", "name", "score", "raw", "max", "definition"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.sampled_from(CountsAs))
def test_whatever_json_comes_it_is_taken_or_refused_in_words_that_can_be_shown(value: Any, way: CountsAs) -> None:
    text = json.dumps(value)
    try:
        said = xapi.read(text, zone="UTC")
    except BadInput as refused:
        assert refused.sentence.encode()
        return
    for one in rows(text, {c.called: way for c in results.new_courses(said, {})}):
        assert (one if isinstance(one, str) else "".join(one.values())).encode()


@given(st.text(max_size=40))
def test_whatever_text_comes_it_is_refused_in_words(text: str) -> None:
    try:
        assert all(isinstance(one, str) for one in rows(text))
    except BadInput as refused:
        assert refused.sentence
