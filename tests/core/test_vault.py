"""Sealing a value under a key: it opens at its own cell alone, and every wrong key is said in one sentence."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import SetupError
from rems.core.ids import uuid7
from rems.core.vault import Cell, Unreadable, Vault, name_of, new_key, read_keys

CELL = Cell("patient_identity", "details", uuid7())
OLD, NEW = new_key("2025"), new_key("2026a")
VAULT = read_keys(NEW)


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    assert VAULT.open(VAULT.seal(text, CELL), CELL) == text


def test_the_same_text_looks_different_each_time_and_shows_nothing_of_itself() -> None:
    first, second = (VAULT.seal("Maren Oyelaran", CELL) for _ in range(2))
    assert first != second
    assert b"Maren" not in first and b"Oyelaran" not in first
    assert name_of(first) == "2026a"


@pytest.mark.parametrize(
    "other",
    [
        Cell("patient", "details", CELL.row),
        Cell("patient_identity", "birth_date", CELL.row),
        Cell("patient_identity", "details", uuid7()),
    ],
    ids=["table", "column", "row"],
)
def test_a_value_that_was_moved_does_not_open(other: Cell) -> None:
    with pytest.raises(Unreadable, match="or the value was changed or moved"):
        VAULT.open(VAULT.seal("a name", CELL), other)


@given(st.data())
def test_a_value_with_any_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal("a name", CELL))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Unreadable):
        VAULT.open(bytes(sealed), CELL)


@given(st.binary(max_size=40))
def test_what_no_vault_sealed_does_not_open(value: bytes) -> None:
    with pytest.raises(Unreadable):
        VAULT.open(value, CELL)


def test_the_first_key_seals_and_all_open() -> None:
    before = read_keys(OLD).seal("a name", CELL)
    both = read_keys(f"{NEW}, {OLD}")
    assert both.open(before, CELL) == "a name"
    assert (both.is_current(before), both.is_current(both.seal("a name", CELL))) == (False, True)
    with pytest.raises(Unreadable, match='sealed with the key "2025", which is not in REMS_DATA_KEYS'):
        VAULT.open(before, CELL)


def test_another_key_of_the_same_name_does_not_open() -> None:
    with pytest.raises(Unreadable, match='does not open with the key "2026a" of REMS_DATA_KEYS'):
        read_keys(new_key("2026a")).open(VAULT.seal("a name", CELL), CELL)


def coded(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nonsense", "entry 1 is not written name:base64. Make one with: python -m rems keys new NAME"),
        (f"{NEW},", "entry 2 is not written name:base64"),
        (f"a b:{coded(bytes(range(32)))}", "the name of a key is 1 to 20 letters, digits, - and _"),
        ("a:ä", 'the key "a" is no base64'),
        (f"a:{coded(bytes(range(31)))}", 'the key "a" has 31 bytes; it needs exactly 32'),
        (f"a:{coded(bytes(32))}", 'the key "a" was not made at random'),
        (f"{NEW},{NEW}", 'names the key "2026a" twice'),
    ],
    ids=["no name", "nothing", "a name with a space", "no base64", "short", "zeros", "twice"],
)
def test_a_key_that_is_none_is_said_without_showing_it(given: str, sentence: str) -> None:
    with pytest.raises(SetupError) as refused:
        read_keys(given)
    assert sentence in refused.value.sentence
    assert refused.value.sentence.startswith("REMS_DATA_KEYS")
    secrets = [part.partition(":")[2] for part in given.split(",")]
    assert not [one for one in secrets if len(one) > 5 and one in refused.value.sentence]


def test_a_key_is_not_printed_with_its_settings() -> None:
    assert NEW.partition(":")[2] not in repr(VAULT)
    assert base64.b64decode(NEW.partition(":")[2]).hex() not in repr(VAULT)
    assert isinstance(VAULT, Vault)
