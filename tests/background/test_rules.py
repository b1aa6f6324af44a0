"""What a public report says: days against the law's, codes in words, products and terms of interest."""

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.background import rules, telling
from rems.background.layout import Day, Demo, Drug, Therapy
from rems.background.reading import TERMS, read_terms
from rems.core.errors import SetupError

KNOWN = read_terms(TERMS)
ANY = st.text(max_size=80)


@pytest.mark.parametrize(
    ("received", "fda", "days"),
    [
        (date(2025, 10, 8), date(2025, 10, 13), 5),
        (date(2025, 10, 8), date(2025, 10, 8), 0),
        (date(2025, 10, 8), date(2025, 10, 7), -1),
        (date(2024, 2, 28), date(2024, 3, 1), 2),
        (None, date(2025, 10, 13), None),
        (date(2025, 10, 8), None, None),
    ],
)
def test_the_days_a_report_took(received, fda, days):
    assert rules.days_taken(received, fda) == days


@pytest.mark.parametrize(
    ("kind", "days", "late", "words"),
    [
        ("EXP", 12, 0, "12 of 15 days"),
        ("EXP", 15, 0, "15 of 15 days"),
        ("EXP", 16, 1, "16 of 15 days, late by 1"),
        ("exp", 18, 3, "18 of 15 days, late by 3"),
        ("EXP", 0, 0, "0 of 15 days"),
        ("EXP", None, None, "Not known: a day is missing or partial"),
        ("EXP", -2, None, "The dates contradict: FDA's day is 2 days before the manufacturer's"),
        ("PER", 37, None, "37 days"),
        ("DIR", 1, None, "1 day"),
        ("5DAY", 9, None, "9 days"),
        ("", 3, None, "3 days"),
    ],
)
def test_only_an_expedited_report_is_held_against_fifteen_days(kind, days, late, words):
    assert (rules.late_by(kind, days), rules.days_in_words(kind, days)) == (late, words)


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(0, 400))
def test_a_report_is_late_exactly_beyond_the_fifteenth_day(received, took):
    days = rules.days_taken(received, received + timedelta(days=took))
    assert days == took
    assert rules.late_by("EXP", days) == max(0, took - 15)


@pytest.mark.parametrize(
    ("code", "table", "words"),
    [
        ("EXP", rules.REPORT_TYPES, "Expedited (15-day)"),
        ("ho", rules.OUTCOMES, "Hospitalization"),
        ("PS", rules.ROLES, "Primary suspect"),
        ("ZZ", rules.ROLES, "ZZ"),
        ("", rules.ROLES, ""),
    ],
)
def test_a_code_in_words_or_as_it_was_written(code, table, words):
    assert rules.in_words(code, table) == words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Haemophagocytic  lymphohistiocytosis", "hemophagocytic lymphohistiocytosis"),
        ("CAR-T", "car t"),
        ("Guillain-Barré syndrome", "guillain barre syndrome"),
        ("Tumour lysis syndrome", "tumor lysis syndrome"),
        ("US-JNJFOC-20251012308", "us jnjfoc 20251012308"),
        ("_under_ (score)", "under score"),
        ("Κύηση", "κυηση"),
        ("-- ..", ""),
    ],
)
def test_folding_compares_what_people_mean(text, folded):
    assert rules.fold(text) == folded


@given(ANY)
def test_folding_twice_is_folding_once_for_single_words(text):
    for word in rules.words_of(text):
        assert " " not in word
        assert 0 < len(word) <= rules.WORD


def test_each_word_is_kept_once_and_a_huge_one_is_cut():
    assert rules.words_of("Pyrexia, pyrexia", "High pyrexia") == ["pyrexia", "high"]
    assert rules.words_of("x" * 100_000) == ["x" * 60]
    assert len(rules.words_of(" ".join(f"w{i}" for i in range(1000)))) == 60


@pytest.mark.parametrize(
    ("name", "ingredient", "product"),
    [
        ("CARVYKTI", "", "ciltacabtagene autoleucel"),
        ("CILTACABTAGENE AUTOLEUCEL", "CILTACABTAGENE AUTOLEUCEL", "ciltacabtagene autoleucel"),
        ("kymriah (tisagenlecleucel)", "", "tisagenlecleucel"),
        ("Yescarta suspension", "AXICABTAGENE CILOLEUCEL", "axicabtagene ciloleucel"),
        ("TALICABTAGENE AUTOLEUCEL", "", "talicabtagene"),
        ("Investigational CAR-T", "", "car t"),
        ("CHIMERIC ANTIGEN RECEPTOR T CELLS", "", "chimeric antigen receptor"),
        ("Tecelra", "AFAMITRESGENE AUTOLEUCEL", None),
        ("Carteolol", "CARTEOLOL", None),
        ("Kymriahish", "", None),
        ("", "", None),
    ],
)
def test_a_cart_product_is_known_by_its_ingredient_its_brand_or_its_ending(name, ingredient, product):
    assert KNOWN.cart_product(name, ingredient) == product


@given(ANY, ANY)
def test_any_name_is_answered(name, ingredient):
    found = KNOWN.cart_product(name, ingredient)
    assert found is None or found


@pytest.mark.parametrize(
    ("term", "group"),
    [
        ("Cytokine release syndrome", "CRS"),
        ("HEMOPHAGOCYTIC LYMPHOHISTIOCYTOSIS", "HLH/MAS"),
        ("Haemophagocytic lymphohistiocytosis", "HLH/MAS"),
        ("Guillain-Barré syndrome", "Late neurotoxicity"),
        ("Headache", None),
        ("", None),
    ],
)
def test_a_reaction_belongs_to_a_group_of_special_interest_or_to_none(term, group):
    assert KNOWN.special_interest(term) == group


@pytest.mark.needs_shared("data/aesi")
def test_the_terms_are_those_of_the_reference_table(shared):
    with (shared / "data" / "aesi" / "cart-aesi-terms.csv").open(encoding="utf-8") as file:
        wanted = {row["term"]: row["group"] for row in csv.DictReader(file)}
    assert len(wanted) == 94
    assert {term: KNOWN.special_interest(term) for term in wanted} == wanted
    assert len(KNOWN.group_of) == len({rules.fold(term) for term in wanted})


@pytest.mark.parametrize(
    ("products", "aesi", "sentence"),
    [
        ({}, {}, "cart-products.yaml: products is missing."),
        ({"products": []}, {}, "cart-products.yaml: products must be a list with at least one entry."),
        ({"products": [{"names": ["A"]}]}, {}, "cart-products.yaml: products[0].inn is missing."),
        ({"products": [{"inn": "a", "names": [3]}]}, {}, "products[0].names must hold words; found 3."),
        (
            {"products": [{"inn": "a", "names": ["A"]}]},
            {"groups": []},
            "groups must map each group to a list of terms.",
        ),
        (
            {"products": [{"inn": "a", "names": ["A"]}]},
            {"groups": {"X": ["Fever"], "Y": ["FEVER"]}},
            'groups.Y: "FEVER" is also in X; keep one of them.',
        ),
    ],
)
def test_a_bad_table_of_terms_is_named_with_its_place(products, aesi, sentence):
    with pytest.raises(SetupError) as refused:
        rules.terms_of(products, aesi)
    assert sentence in refused.value.sentence


@pytest.mark.parametrize(
    ("kept", "words"),
    [("2014-12-26", "26 Dec 2014"), ("2014-12", "Dec 2014"), ("2014", "2014"), ("", ""), ("soon", "soon")],
)
def test_a_kept_day_in_words(kept, words):
    assert telling.kept_day(kept) == words


@given(st.dates())
def test_every_day_comes_back_from_how_it_is_kept(day):
    kept = str(Day(day.year, day.month, day.day))
    assert telling.kept_day(kept) == telling.day_in_words(Day(day.year, day.month, day.day))


def test_a_dose_is_the_reporters_words_or_its_parts():
    blank = dict.fromkeys((f for f in Drug.__dataclass_fields__), "")
    assert telling.dose(Drug(**{**blank, "dose": "30 mg, Q4W", "amount": "30"})) == "30 mg, Q4W"
    parts = {"amount": "30", "unit": "MG", "form": "Tablet", "frequency": "QD"}
    assert telling.dose(Drug(**{**blank, **parts})) == "30 mg tablet QD"
    assert telling.dose(Drug(**blank)) == ""


def test_an_age_and_a_weight_with_their_units():
    blank = dict.fromkeys((f for f in Demo.__dataclass_fields__), "")
    report = Demo(**{**blank, "age": "61", "age_unit": "YR", "weight": "72.5", "weight_unit": "KG"})
    assert (telling.age(report), telling.weight(report)) == ("61 years", "72.5 kg")
    assert telling.age(Demo(**{**blank, "age_unit": "YR"})) == ""


@pytest.mark.parametrize(
    ("began", "ended", "lasted", "unit", "words"),
    [
        (Day(2014, 8, 12), Day(2014, 9), "30", "DAY", "12 Aug 2014 to Sep 2014, 30 days"),
        (Day(2014, 8, 12), Day(2014, 8, 12), "", "", "12 Aug 2014"),
        (Day(2014, 8, 12), None, "", "", "from 12 Aug 2014"),
        (None, Day(2014), "", "", "until 2014"),
        (None, None, "2", "WK", "2 weeks"),
        (None, None, "", "", ""),
    ],
)
def test_a_therapy_in_words(began, ended, lasted, unit, words):
    assert telling.therapy(Therapy(1, 11, 1, 1, began, ended, lasted, unit)) == words
