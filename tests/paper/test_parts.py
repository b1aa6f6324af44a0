"""The parts of a page, each with what is asked of it at its edges."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rems.paper import marks, parts
from rems.paper.certificate import Certificate, render_certificate
from rems.paper.parts import Column, Kind, Lines, Signature, State, StateCell
from rems.paper.styles import INK
from tests.paper.papers import DIGEST, PROOF, document, reader, texts

SIGNED = Signature(
    "Hollis Greer", "Approval of KYM-0231", datetime(2018, 6, 4, 18, 5, 11, tzinfo=UTC), "America/New_York", DIGEST
)


def said(*flowables):
    return "\n".join(texts(document().render(flowables)))


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_a_shape_and_a_color(state):
    assert state.word in said(parts.table(["State"], [[state]], [1]), parts.verdict(state, "The answer"))
    assert state.mark in marks.NAMES
    assert state.color is not None


def test_a_table_takes_words_numbers_states_lines_and_nothing():
    columns = [Column("A", Kind.KEY), Column("B", Kind.NUMBER), "C", Column("D", Kind.SMALL), Column("E", Kind.MONO)]
    row = ["Kymriah <b>", 1204118, StateCell(State.LATE, "2 days late"), Lines("SITE-TOCI", "NCIt C128497"), None]
    text = said(parts.table(columns, [row], [1, 1, 1, 1, 1]))
    for expected in ("Kymriah <b>", "1,204,118", "2 days late", "SITE-TOCI\nNCIt C128497", "–"):
        assert expected in text


def test_a_table_without_rows_still_shows_its_head():
    assert "Requirement" in said(parts.table(["Requirement"], [], [1]))


def test_a_row_that_does_not_fit_its_columns_is_refused():
    with pytest.raises(ValueError, match="2 columns"):
        parts.table(["A", "B"], [["only one"]], [1, 1])


@pytest.mark.parametrize("text", ["a word " * 3000, "x" * 9000, "line\n" * 300])
def test_a_text_longer_than_a_page_goes_on_upon_the_next(text):
    table = parts.table(["Fact", "State"], [[text, State.MET], ["short", State.MET]], [1, 1])
    assert len(reader(document().render([table])).pages) > 1
    assert len(reader(document().render([parts.verdict(State.STOP, "Stopped", text)])).pages) > 1


def test_a_section_never_stands_alone_at_the_foot_of_a_page():
    for filled in range(0, 600, 30):
        pages = texts(document().render([parts.gap(filled), parts.section(1, "People"), parts.prose("Nobody.")]))
        assert [("1. People" in page) for page in pages] == [("Nobody." in page) for page in pages]


def test_a_signature_shows_name_meaning_moment_with_zone_and_digest():
    text = said(parts.signature_block([SIGNED, replace(SIGNED, standing=StateCell(State.MET, "Valid"))]))
    for expected in (
        "Hollis Greer",
        "Approval of KYM-0231",
        "Mon 4 Jun 2018, 14:05:11 EDT (18:05:11 UTC)",
        "41d0 7be2",
        "Valid",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("zone", "line"),
    [
        ("UTC", "Mon 4 Jun 2018, 18:05:11 UTC"),
        ("Asia/Tokyo", "Tue 5 Jun 2018, 03:05:11 JST (4 Jun, 18:05:11 UTC)"),
        ("Asia/Dubai", "Mon 4 Jun 2018, 22:05:11 UTC+04:00 (18:05:11 UTC)"),
    ],
)
def test_a_moment_names_its_zone_and_the_day_in_utc_where_it_differs(zone, line):
    assert replace(SIGNED, zone=zone).moment_line == line


def test_a_signature_needs_a_moment_with_its_zone():
    with pytest.raises(ValueError, match="time zone"):
        replace(SIGNED, moment=datetime(2018, 6, 4))  # noqa: DTZ001 (a naive one is what is tried)


def test_what_nobody_signed_says_so():
    assert "Not signed." in said(parts.signature_block([]))


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_pairs_fill_their_columns_row_by_row(count):
    text = said(parts.key_values([(f"name {n}", f"value {n}") for n in range(count)]))
    assert all(f"value {n}" in text for n in range(count))


@pytest.mark.parametrize("name", marks.NAMES)
def test_every_shape_stays_in_its_square(name):
    left, bottom, right, top = marks.shape(name, 10, 20, 16, INK).getBounds()
    assert 10 <= left < right <= 26
    assert 20 <= bottom < top <= 36


def certificate(**changes):
    given = {
        "number": "KYM-0231",
        "site": "Harrow Lake University Hospital",
        "place": "Chicago, Illinois",
        "program": "KYMRIAH REMS",
        "version_line": "version of 30 August 2017",
        "statement": "This site may dispense Kymriah.",
        "days": [("Certified on", "4 June 2018")],
        "representative": "Dr. Ilse Vantongeren",
        "signatures": [SIGNED],
        "footer": PROOF,
        "standing": StateCell(State.MET, "Certified"),
    }
    return Certificate(**{**given, **changes})


@pytest.mark.parametrize("size", ["letter", "A4"])
def test_a_certificate_is_one_page_with_all_that_it_certifies(size):
    pages = texts(render_certificate(certificate(page_size=size)))
    assert len(pages) == 1
    for expected in (
        "KYM-0231",
        "Harrow Lake",
        "Dr. Ilse Vantongeren",
        "4 June 2018",
        "Hollis Greer",
        "41d0 7be2",
        "page 1 of 1",
    ):
        assert expected in pages[0]


def test_a_certificate_is_the_same_bytes_each_time():
    assert render_certificate(certificate()) == render_certificate(certificate())


def test_a_certificate_with_long_names_still_fits():
    assert len(texts(render_certificate(certificate(site="Universitätsklinikum " * 6, signatures=[SIGNED] * 2)))) == 1
