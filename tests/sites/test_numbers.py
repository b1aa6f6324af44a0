"""The numbers of a site: how each is written, and when two are the same."""

import pytest

from rems.core.errors import BadInput
from rems.sites.numbers import check_identifier, folded_number
from rems.sites.rules import IdentifierKind


@pytest.mark.parametrize("text", ["1234567893", "123 456 7893", "1245319599"])
def test_an_npi_has_ten_digits_and_a_check_digit(text: str) -> None:
    assert check_identifier(IdentifierKind.NPI, text) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (IdentifierKind.NPI, "1234567890", "fails its check digit; a digit is wrong or two are swapped."),
        (IdentifierKind.NPI, "1234568793", "fails its check digit"),
        (IdentifierKind.NPI, "123456789", "is not ten digits."),
        (IdentifierKind.FACT, " - ", "the number is missing."),
        (IdentifierKind.OTHER, "x" * 61, "61 characters are more than 60."),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_in_words(kind: IdentifierKind, text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_identifier(kind, text)
    assert sentence in refused.value.sentence
    assert refused.value.field == "value"


def test_two_writings_of_one_number_are_the_same() -> None:
    assert folded_number("HL-001") == folded_number("hl 001") == folded_number("ＨＬ001") != folded_number("HL-010")
