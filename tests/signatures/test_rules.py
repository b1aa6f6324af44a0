"""What a signature binds, how it stands against its record, and what keeps a person from signing."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.signatures.binding import (
    Check,
    Difference,
    Fit,
    bound,
    canonical,
    differences,
    digest_of,
    earlier,
    places,
    sha256_of,
)
from rems.signatures.rules import ALARMING, OUTCOME_WORDS, REFUSALS, Components, Meaning, Outcome, Signer, hindrance

CONTENT = {"b": [1, True, None], "a": "Østergård", "day": date(2026, 11, 24), "site": UUID(int=7)}
NOW = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)
SIGNER = Signer(verified=True, locked=False, password_own=True, password_set_at=NOW - timedelta(days=90))
WHOLE = {
    "table": "certification",
    "subject_id": UUID(int=1),
    "signer": UUID(int=2),
    "name": "Ada Grau",
    "role": "program manager",
    "meaning": Meaning.APPROVAL,
    "statement": "I approve.",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_the_digest_is_that_of_sorted_compact_json_with_days_and_keys_as_text() -> None:
    text = '{"a":"Østergård","b":[1,true,null],"day":"2026-11-24","site":"00000000-0000-0000-0000-000000000007"}'
    assert digest_of(CONTENT) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_in_which_content_is_written_does_not_matter() -> None:
    assert digest_of(dict(reversed(CONTENT.items()))) == digest_of(CONTENT)


def test_what_comes_back_from_the_database_has_the_digest_of_what_went_in() -> None:
    at = datetime(2026, 11, 24, 15, 42, 1, 250000, tzinfo=UTC)
    assert digest_of({"kg": Decimal("72.5"), "at": at}) == digest_of({"kg": "72.5", "at": str(at)})


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none(), min_size=1), st.text(), st.text()
)
def test_any_other_content_has_another_digest(content: dict[str, object], key: str, value: str) -> None:
    other = {**content, key: value}
    assert (digest_of(other) == digest_of(content)) == (other == content and type(content.get(key)) is str)


@pytest.mark.parametrize(
    "other",
    [
        {"table": "site_enrollment"},
        {"subject_id": UUID(int=9)},
        {"signer": UUID(int=9)},
        {"name": "Ada Berg"},
        {"role": "auditor"},
        {"meaning": Meaning.REVIEW},
        {"statement": "I reject."},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_signature_fits_no_other_record_person_or_meaning(other: dict[str, object]) -> None:
    assert sha256_of(bound(CONTENT, **WHOLE)) != sha256_of(bound(CONTENT, **{**WHOLE, **other}))  # type: ignore[arg-type]


def test_all_that_is_bound_can_be_read_back() -> None:
    read = json.loads(bound(CONTENT, **WHOLE))  # type: ignore[arg-type]
    assert read["content"] == json.loads(canonical(CONTENT))
    assert (read["record"]["table"], read["signer"]["name"], read["meaning"]) == (
        "certification",
        "Ada Grau",
        "approval",
    )


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": "1"}, {"a": "2"}, [Difference("a", "1", "2")]),
        ({"a": {"b": "x", "c": "y"}}, {"a": {"b": "x", "c": "z"}}, [Difference("a.c", "y", "z")]),
        ({"a": "x"}, {}, [Difference("a", "x", None)]),
        ({}, {"a": "x"}, [Difference("a", None, "x")]),
        ({"a": ["x", "y"]}, {"a": ["x"]}, [Difference("a[2]", "y", None)]),
        ({"a": True}, {"a": [1]}, [Difference("a", "true", "[1]")]),
        ({"a": None}, {"a": {}}, [Difference("a", "null", "{}")]),
        ({"a": None}, {}, [Difference("a", "null", None)]),
        ({"a": 1}, {"a": True}, [Difference("a", "1", "true")]),
        ({"a": {"b": ["x"]}}, {}, [Difference("a.b[1]", "x", None)]),
    ],
)
def test_each_place_that_differs_is_named_with_what_it_was_and_is(then, now, found) -> None:
    assert differences(then, now) == found


@given(VALUES, VALUES)
def test_two_contents_differ_in_no_place_exactly_when_they_are_the_same_text(then: object, now: object) -> None:
    one, other = {"content": then}, {"content": now}
    assert (differences(one, other) == []) == (canonical(one) == canonical(other))


def test_each_place_of_a_content_is_listed() -> None:
    assert places({"b": ["x", 2], "a": {"c": None}}) == [("a.c", "null"), ("b[1]", "x"), ("b[2]", "2")]


def test_a_change_is_said_with_the_number_of_places() -> None:
    one = Difference("a", "x", "y")
    assert earlier([one]).sentence == "The record has changed in 1 place since it was signed."
    assert earlier([one, one]).sentence == "The record has changed in 2 places since it was signed."
    assert earlier([one]).word == "Signed an earlier version"


@pytest.mark.parametrize("fit", list(Fit))
def test_every_fit_has_a_word_and_a_state(fit: Fit) -> None:
    check = Check(fit, "")
    assert check.word and check.state in ("met", "soon", "late") and check.valid == (fit is Fit.VALID)


@pytest.mark.parametrize(
    ("change", "max_days", "found"),
    [
        ({}, None, None),
        ({"locked": True, "verified": False}, None, Outcome.LOCKED),
        ({"verified": False, "password_own": False}, None, Outcome.UNVERIFIED),
        ({"password_own": False}, None, Outcome.PASSWORD_NOT_OWN),
        ({}, 90, None),
        ({}, 89, Outcome.PASSWORD_TOO_OLD),
    ],
)
def test_what_keeps_a_person_from_signing_is_told_by_weight(change, max_days, found) -> None:
    signer = Signer(**{**SIGNER.__dict__, **change})
    assert hindrance(signer, max_days=max_days, now=NOW) is found


def test_every_outcome_has_its_words_and_each_refusal_its_sentence() -> None:
    assert set(OUTCOME_WORDS) == set(Outcome)
    assert set(REFUSALS) == set(Outcome) - {Outcome.RIGHT, Outcome.TOO_SOON}  # the wait is told in seconds
    assert Outcome.RIGHT not in ALARMING


def test_components_are_whole_with_an_address_even_an_empty_one() -> None:
    assert Components("x", "").whole and not Components("x").whole
