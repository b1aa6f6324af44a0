"""xAPI statements of a sponsor's learning system: what they become, and what is not clear in them."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput, Incomplete
from rems.training import xapi
from rems.training.rules import TrainingKind


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


def rows(text: str, *, pass_mark: int | None = 80, zone: str = "America/Chicago") -> list[dict[str, str]]:
    kind = TrainingKind.STAFF_TRAINING
    log = xapi.as_log(text, completed_as=kind, pass_mark=pass_mark, zone=zone)
    return list(csv.DictReader(io.StringIO(log)))


def test_a_passed_assessment_becomes_a_line_on_the_day_of_the_site() -> None:
    [one] = rows(json.dumps(statement()))
    assert one == {
        "name": "Žofia Nowak", "email": "zofia@hl.example", "kind": "assessment", "day": "2018-03-01",
        "material": "Assessment 2017-2", "questions": "10", "correct": "9", "pass_mark": "80",
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
    assert [one["kind"] for one in rows(text)] == ["staff-training"] * 2


def test_a_scaled_score_is_one_of_a_hundred_without_rounding_up() -> None:
    given_ = {"result": {"score": {"scaled": 0.799}}}
    [one] = rows(json.dumps(statement("failed", **given_)))
    assert (one["correct"], one["questions"]) == ("79", "100")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"actor": {}}, "the actor has neither a name nor an address (mbox)."),
        ({"verb": {"id": "http://x/verbs/liked"}}, 'the verb "http://x/verbs/liked" is none of passed, failed,'),
        ({"timestamp": "2018-03-02T01:30:00"}, 'the timestamp "2018-03-02T01:30:00" is no moment with its zone.'),
        ({"timestamp": None}, 'the timestamp "" is no moment with its zone.'),
        ({"object": {}}, "the object has neither a name nor an id."),
        ({"result": {}}, "the result has no score (raw with max, or scaled from 0 to 1)."),
        ({"result": {"score": {"raw": 11, "max": 10}}}, "the result has no score"),
        ({"timestamp": "0001-01-01T00:00:00Z"}, "is no moment with its zone."),
        ({"actor": {"name": "a\ud800b"}}, "a name in it holds a character that cannot be kept."),
        ({"object": {"id": "a\u0000b"}}, "a name in it holds a character that cannot be kept."),
        ({"result": {"score": {"scaled": 0.9}, "success": False}}, "it says passed, and that this was no success."),
        (
            {"result": {"score": {"raw": 7, "max": 10}}},
            "it says passed, but 7 of 10 is otherwise at a pass mark of 80 %.",
        ),
    ],
)
def test_what_is_not_clear_is_named_by_the_number_of_its_statement(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Incomplete, match="1 statement is not clear; nothing was taken") as refused:
        rows(json.dumps([statement(), statement(**changed)]))
    [gap] = refused.value.gaps
    assert gap.startswith("Statement 2: ")
    assert sentence in gap


@pytest.mark.parametrize(
    "score", ['{"raw": 1, "max": 1e1000000}', '{"scaled": 1e-1000000}', '{"raw": 1e400, "max": 1e400}']
)
def test_a_score_of_a_million_digits_is_refused_at_once(score: str) -> None:
    text = json.dumps(statement(result={})).replace('"result": {}', f'"result": {{"score": {score}}}')
    with pytest.raises(Incomplete) as refused:
        rows(text)
    assert "the result has no score" in refused.value.gaps[0]


def test_a_failure_that_calls_itself_a_success_is_not_clear() -> None:
    with pytest.raises(Incomplete) as refused:
        rows(json.dumps(statement("failed", result={"score": {"raw": 2, "max": 10}, "success": True})))
    assert "it says failed, and that this was a success." in refused.value.gaps[0]


def test_without_a_pass_mark_no_assessment_is_taken_and_nothing_is_assumed() -> None:
    with pytest.raises(Incomplete) as refused:
        rows(json.dumps(statement()), pass_mark=None)
    assert "the program sets no pass mark; give the one that was used." in refused.value.gaps[0]


def test_what_a_completed_course_is_somebody_has_to_say() -> None:
    with pytest.raises(Incomplete) as refused:
        xapi.as_log(json.dumps(statement("completed")), completed_as=None, pass_mark=80, zone="UTC")
    assert "say which kind of training a completed course is" in refused.value.gaps[0]


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


@given(JSON)
def test_whatever_json_comes_it_is_taken_or_refused_in_words(value: Any) -> None:
    try:
        rows(json.dumps(value))
    except (BadInput, Incomplete) as refused:
        said = [refused.sentence, *getattr(refused, "gaps", ())]
        assert all(one.encode() for one in said)


@given(st.text(max_size=40))
def test_whatever_text_comes_it_is_refused_in_words(text: str) -> None:
    try:
        rows(text)
    except (BadInput, Incomplete) as refused:
        assert refused.sentence
