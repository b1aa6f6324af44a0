"""What each kind of field takes, and the sentence it gives when it does not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from rems.web import tokens
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    DecimalField,
    EmailField,
    LongTextField,
    MomentField,
    PasswordField,
    TextField,
    TickField,
    UploadField,
    WholeNumberField,
)
from rems.web.tokens import TOO_OLD, make_token


class Oxygen(StrEnum):
    NONE = "none"
    HIGH_FLOW = "high_flow"


class OpenForm(BaseForm):
    class Meta:
        csrf = False

    lot = TextField("Lot number", longest=10)
    npi = TextField("NPI", pattern=r"[0-9]{10}", expected="10 digits", optional=True)
    received_on = DayField("Day of receipt")
    began_at = MomentField("When it began", optional=True)
    vials = WholeNumberField("Vials", least=1, most=500)
    weight = DecimalField("Weight", least="0.5", most="300", unit="kg", places=1)
    oxygen = ChoiceField("Oxygen", choices=Oxygen)
    serious = ChoicesField("Was it serious?", choices=[("stay", "Hospital stay"), ("life", "Life in danger")])
    attest = TickField("I attest", must=True)
    mail = EmailField("E-mail", optional=True)
    words = LongTextField("In your words", optional=True)
    proof = UploadField("Evidence", kinds=("pdf",), megabytes=1, optional=True)
    password = PasswordField("Password", optional=True)


WRITE = "write it like 24 Nov 2026 or 2026-11-24"
GOOD = {
    "lot": " B7731 ",
    "received_on": "24 Nov 2026",
    "vials": "12",
    "weight": "82.5",
    "oxygen": "high_flow",
    "serious": "life",
    "attest": "1",
}


def sent(**changed):
    form = OpenForm(MultiDict({**GOOD, **changed}), zone="Europe/Berlin")
    form.validate()
    return form


def test_good_answers_become_values():
    form = sent(began_at="24 Nov 2026 16:20", words="a\r\nb")
    assert form.problems() == []
    assert (form.lot.data, form.vials.data, form.weight.data) == ("B7731", 12, Decimal("82.5"))
    assert form.oxygen.data is Oxygen.HIGH_FLOW
    assert form.serious.data == ["life"]
    assert form.attest.data is True
    assert form.began_at.data.isoformat() == "2026-11-24T15:20:00+00:00"
    assert form.began_at.echo == "Tuesday 24 November 2026, 16:20 CET"
    assert form.words.data == "a\nb"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("lot", "", "Lot number is missing"),
        ("lot", "12345678901", "Lot number: 11 characters are more than 10"),
        ("lot", "a\x00b", "Lot number: it holds a character that cannot be kept; type it anew"),
        ("npi", "12a", 'NPI: "12a" is not 10 digits'),
        ("received_on", "", "Day of receipt is missing"),
        (
            "received_on",
            "31 Feb 2026",
            'Day of receipt: "31 Feb 2026" is no date; write it like 24 Nov 2026 or 2026-11-24',
        ),
        ("received_on", "24/11", f'Day of receipt: "24/11" is no date; {WRITE}'),
        ("vials", "many", 'Vials: "many" is no whole number; write it like 12'),
        ("vials", "0", "Vials: 0 is less than 1"),
        ("vials", "1,204", "Vials: 1,204 is more than 500"),
        ("vials", "9" * 400, f'Vials: "{"9" * 400}" is no whole number; write it like 12'),
        ("weight", "900", "Weight: 900 kg is more than 300 kg"),
        ("weight", "38,5", 'Weight: "38,5" is no number; write it with a point, like 38.5'),
        ("weight", "NaN", 'Weight: "NaN" is no number; write it with a point, like 38.5'),
        ("weight", "82.55", 'Weight: "82.55" has more than 1 decimal place'),
        ("oxygen", "", "Oxygen: choose one"),
        ("oxygen", "steam", 'Oxygen: "steam" is not in the list; choose one of it'),
        ("serious", "", "Was it serious: tick at least one"),
        ("serious", "no", 'Was it serious: "no" is not in the list; choose one of it'),
        ("attest", "", "I attest: tick it to go on"),
        ("mail", "name@here", 'E-mail: "name@here" is no e-mail address; write it like name@hospital.org'),
    ],
)
def test_a_bad_answer_gives_one_sentence_that_names_its_field(name, value, sentence):
    form = sent(**{name: value})
    assert [words for _, words in form.problems()] == [sentence]


def test_the_summary_links_to_the_first_choice_of_a_group():
    assert [anchor for anchor, _ in sent(serious="", oxygen="").problems()] == ["oxygen", "serious-0"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 body", ""),
        (b"", 'Evidence: "a.pdf" is empty'),
        (b"MZ\x00\x01 not it", 'Evidence: "a.pdf" is not a PDF'),
        (b"%PDF-" + b"x" * 1024 * 1024, 'Evidence: "a.pdf" is larger than 1 MB'),
    ],
)
def test_a_file_is_known_by_its_content(content, sentence):
    form = sent(proof=FileStorage(BytesIO(content), filename="C:\\scans\\a.pdf"))
    assert [words for _, words in form.problems()] == ([sentence] if sentence else [])


def test_at_its_field_an_error_does_not_repeat_the_label():
    assert sent(weight="900").weight.told == "900 kg is more than 300 kg"
    assert sent(oxygen="").oxygen.told == "Choose one"
    assert sent(lot="").lot.told == "Lot number is missing"


def test_choices_may_be_set_after_the_form_is_made():
    class Late(OpenForm):
        product = ChoiceField("Product")

    form = Late(MultiDict({**GOOD, "product": "kymriah"}))
    form.product.choices = [("kymriah", "Kymriah")]
    assert form.validate()
    assert form.product.options() == [("kymriah", "Kymriah", True)]


def test_a_rule_can_refuse_at_a_field_or_above_the_form():
    form = sent()
    form.refuse("lot", "Lot B7731 was received before")
    form.refuse("", "The site is closed")
    assert form.problems() == [("", "The site is closed"), ("lot", "Lot B7731 was received before")]


class Guarded(BaseForm):
    lot = TextField("Lot number")


def test_a_token_is_needed_and_belongs_to_its_session(app):
    with app.test_request_context("/"):
        form = Guarded(MultiDict({"lot": "B"}))
        assert not form.validate()
        assert form.problems() == [("", TOO_OLD)]
        token = make_token()
        assert Guarded(MultiDict({"lot": "B", "csrf_token": token})).validate()
        ends, digest = token.split(".")
        assert not Guarded(MultiDict({"lot": "B", "csrf_token": f"{int(ends) + 1}.{digest}"})).validate()
        assert not Guarded(MultiDict({"lot": "B", "csrf_token": f"{ends}.é"})).validate()
    with app.test_request_context("/"):
        make_token()
        assert not Guarded(MultiDict({"lot": "B", "csrf_token": token})).validate()


def test_a_token_ends(app, monkeypatch):
    with app.test_request_context("/"):
        monkeypatch.setattr(tokens, "LASTS", timedelta(seconds=-1))
        assert not tokens.token_holds(tokens.make_token())


def test_a_button_without_its_token_changes_nothing(client):
    answer = client.post("/act")
    assert answer.status_code == 400
    assert "The form is too old" in answer.text


class Now(BaseForm):
    class Meta:
        csrf = False

    at = MomentField("Moment")


@pytest.mark.parametrize("minutes", [0, 60])
def test_a_moment_that_the_clocks_show_twice_is_offered_so_that_it_can_be_sent_back(minutes):
    """On 1 November 2026 it is 01:30 in Chicago twice, an hour apart."""
    now = datetime(2026, 11, 1, 6, 30, tzinfo=UTC) + timedelta(minutes=minutes)
    offered = Now(zone="America/Chicago", data={"at": now}).at.text()
    assert offered == f"1 Nov 2026 01:30 {'CST' if minutes else 'CDT'}"
    assert Now(MultiDict({"at": offered}), zone="America/Chicago").at.data == now
