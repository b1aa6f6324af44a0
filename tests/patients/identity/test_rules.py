"""Contact details that reach somebody, reasons that say something, codes that say nothing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.patients.identity import rules
from rems.patients.identity.rules import PURPOSE_WORDS, WAY_WORDS, Contact, Person, Purpose, Way
from rems.patients.rules import CODE_LETTERS
from tests.patients.identified import BORN, CONTACT

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
CONTACTS = st.builds(
    Contact,
    name=WORDS,
    phones=st.lists(WORDS, max_size=3).map(tuple),
    address=WORDS,
    way=st.none() | st.sampled_from(Way),
    others=st.lists(st.builds(Person, WORDS, WORDS, WORDS), max_size=3).map(tuple),
)


def test_every_purpose_and_way_has_words() -> None:
    assert set(PURPOSE_WORDS) == set(Purpose) and set(WAY_WORDS) == set(Way)


@given(CONTACTS)
def test_details_come_out_as_they_were_kept(contact: Contact) -> None:
    assert Contact.read(contact.text()) == contact
    tidied = rules.tidy(contact)
    assert rules.tidy(tidied) == tidied


def test_tidying_drops_empty_lines_and_persons_and_double_spaces() -> None:
    loose = replace(
        CONTACT,
        name="  Maren   Oyelaran ",
        phones=("", " +49 30  555 0199 ", "030 555 0177 ext 12"),
        address="Lindenweg 4 \n\n 10115  Berlin",
        others=(*CONTACT.others, Person(" ", "", "")),
    )
    assert rules.tidy(loose) == CONTACT


@pytest.mark.parametrize(
    ("changed", "sentence", "field"),
    [
        ({"name": ""}, "Name is missing", "name"),
        ({"phones": ("call me",)}, '"call me" is no phone number; write it like +49 30 555 0142', "phones"),
        ({"phones": ("12",)}, '"12" is no phone number', "phones"),
        ({"phones": (), "email": "", "address": ""}, "Nothing to reach the patient by", "phones"),
        ({"phones": ()}, "Preferred way: by phone, but no phone number is given", "way"),
        ({"email": "", "way": Way.EMAIL}, "Preferred way: by e-mail, but no e-mail address is given", "way"),
        ({"address": "", "way": Way.MAIL}, "Preferred way: by mail, but no postal address is given", "way"),
        ({"others": (Person("Ann", "", "555 0100"),)}, "Contact person 1: the relation is missing", "other1_relation"),
        ({"others": (Person("Ann", "sister", ""),)}, "Contact person 1: the phone is missing", "other1_phone"),
        ({"others": (Person("Ann", "sister", "x"),)}, 'Contact person 1: "x" is no phone number', "other1_phone"),
    ],
)
def test_details_that_reach_nobody_are_refused_at_their_field(
    changed: dict[str, object], sentence: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        rules.check_contact(replace(CONTACT, **changed))  # type: ignore[arg-type]
    assert sentence in refused.value.sentence and refused.value.field == field


@pytest.mark.parametrize("phone", ["+49 30 555 0142", "(608) 555-0142", "608.555.0142 x12", "+81-3-5555-0142"])
def test_phone_numbers_are_taken_as_people_write_them(phone: str) -> None:
    written = phone if phone[0] != "(" else phone[1:].replace(")", "")
    rules.check_contact(replace(CONTACT, phones=(written,)))


def test_date_and_year_of_birth_agree() -> None:
    told = {"birth_year": 1961, "number": "HL-0417", "today": date(2026, 11, 24)}
    rules.check_birth_date(BORN, **told)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="14 Mar 1960 is not in 1961, the year of birth of HL-0417") as refused:
        rules.check_birth_date(date(1960, 3, 14), **told)  # type: ignore[arg-type]
    assert refused.value.field == "birth_on"
    with pytest.raises(BadInput, match="25 Nov 2026 has not come yet"):
        rules.check_birth_date(date(2026, 11, 25), birth_year=2026, number="HL-1", today=date(2026, 11, 24))


def test_a_reason_says_something() -> None:
    assert rules.check_words("  call about  day 100 ") == "call about day 100"
    with pytest.raises(BadInput, match="In your words: say what you need the details for"):
        rules.check_words(" n/a ")


def test_a_code_is_drawn_from_letters_that_are_not_confused_and_typed_in_any_case() -> None:
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code) == 9 and code[4] == "-" and set(code.replace("-", "")) <= set(CODE_LETTERS)
        typed = code.replace("-", " ").lower()
        assert rules.digest_of(typed) == rules.digest_of(code) and len(rules.digest_of(code)) == 64
