"""Text in the scripts of the world: nothing vanishes, nothing becomes a box, markup stays text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics

from rems.paper import fonts, scripts

NAMES = {
    "Ольга Петрова": fonts.TEXT,
    "Ελένη Παπαδοπούλου": fonts.TEXT,
    "Nguyễn Thị Ánh": fonts.TEXT,
    "2 × 10⁶ cells/kg ≥ 5 ✓": fonts.TEXT,
    "გიორგი": "KurintoSans-Rg",
    "अनीता": "KurintoSans-Rg",
    "สมชาย": "KurintoSans-Rg",
    "דוד": "KurintoSans-Rg",
    "王小明": "KurintoSansSC-Rg",
    "山田たろう": "KurintoSansJP-Rg",
    "김민수": "KurintoSansKR-Rg",
}


@pytest.mark.parametrize(("name", "face"), NAMES.items())
def test_a_name_is_set_in_one_face_that_has_it(name, face):
    assert [found for found, _ in fonts.runs(name)] == [face]


def test_only_the_characters_that_the_first_face_lacks_change_face():
    assert fonts.runs("Dr. 王小明, PhD") == [
        (fonts.TEXT, "Dr. "),
        ("KurintoSansSC-Rg", "王小明"),
        (fonts.TEXT, ", PhD"),
    ]


def test_bold_text_falls_back_to_a_bold_face():
    assert fonts.runs("김", fonts.BOLD) == [("KurintoSansKR-Bd", "김")]


def test_a_character_that_no_face_has_is_written_as_its_code_point():
    assert fonts.runs("a 😀\x07") == [(fonts.TEXT, "a [U+1F600][U+0007]")]


def test_a_mark_that_would_turn_the_text_around_is_shown():
    assert "[U+202E]" in fonts.rich("ab\u202ecd")


def test_markup_in_a_text_stays_text():
    assert fonts.rich("a < b & <b>c</b>") == "a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;"


@given(st.text())
def test_every_character_is_drawn_by_a_face_that_has_it(text):
    for face, part in fonts.runs(text):
        glyphs = pdfmetrics.getFont(face).face.charToGlyph
        assert all(ord(character) in glyphs for character in part)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"], max_codepoint=0x24F)))
def test_latin_text_comes_through_unchanged(text):
    assert "".join(part for _, part in fonts.runs(text)) == unicodedata.normalize("NFC", text)


def test_arabic_letters_are_joined_and_turned():
    assert scripts.presented("محمد") == "\ufeaa\ufee4\ufea4\ufee3"


def test_lam_and_alef_become_one_letter():
    assert scripts.joined("سلام") == "\ufeb3\ufefc\ufee1"


@given(st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي ", min_size=1))
def test_joined_letters_are_the_same_letters(text):
    assert unicodedata.normalize("NFKC", scripts.joined(text)) == text


def test_numbers_and_brackets_keep_their_sense_in_a_run_from_right_to_left():
    assert scripts.presented("כהן (12), Tel Aviv") == "(12) ןהכ, Tel Aviv"


@given(st.text(st.characters(codec="ascii")))
def test_text_without_such_letters_is_left_alone(text):
    assert scripts.presented(text) == text
