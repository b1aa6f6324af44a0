"""The digest that binds a signature to what was signed."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from rems.signatures.rules import digest_of

CONTENT = {"b": [1, True, None], "a": "Østergård", "day": date(2026, 11, 24), "site": UUID(int=7)}


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
