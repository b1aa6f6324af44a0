"""A document as a file: its pages, its footer, what it says of itself, and that it can be made again."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.paper import parts
from rems.paper.page import Proof, content_digest, grouped
from tests.paper.papers import DIGEST, PROOF, document, reader, texts

ROWS = [[f"Requirement {n}", parts.State.MET, "13 of 14 trained", n] for n in range(90)]


def story():
    columns = [parts.Column("Requirement", parts.Kind.KEY), "State", "What decides it", "Doses"]
    return [parts.section(1, "All requirements", "90"), parts.table(columns, ROWS, [3, 2, 3, 1])]


def test_every_page_says_what_it_rests_on_and_which_page_of_how_many_it_is():
    pages = texts(document().render(story()))
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in text
        assert (
            "As of 2021-12-15, known at 2022-01-31 23:59 UTC. KYMRIAH REMS, version of 2017-08-30, rules 5c77 e0a1."
            in text
        )
        assert "content 41d0 7be2 9a55 0c1f 8832 d6a4 17bb 90ce   seal 8,412" in text
        assert "rems.example/verify" in text


def test_the_head_of_a_table_repeats_on_each_page():
    assert all("What decides it" in text for text in texts(document().render(story())))


def test_the_title_block_stands_on_the_first_page():
    first = texts(document().render(story()))[0]
    for said in ("Site compliance report", "Harrow Lake University Hospital", "Noor Haddad, auditor"):
        assert said in first


def test_the_same_document_gives_the_same_bytes():
    assert document().render(story()) == document().render(story())


def test_the_file_describes_itself_without_a_moment_of_making():
    file = reader(document().render(story()))
    assert file.metadata.title == "Site compliance report, Harrow Lake University Hospital"
    assert file.metadata.author == "rems"
    assert file.metadata["/Keywords"] == f"content sha256 {DIGEST}"
    assert file.metadata.creation_date is None
    assert file.trailer["/Root"]["/Lang"] == "en-US"
    assert file.viewer_preferences.display_doctitle


def test_the_outline_leads_to_the_page_of_each_section():
    file = reader(document().render([*story(), parts.section(2, "People"), parts.prose("None.")]))
    assert [entry.title for entry in file.outline] == ["1. All requirements", "2. People"]
    assert [file.get_destination_page_number(entry) for entry in file.outline] == [0, len(file.pages) - 1]


def test_every_face_is_embedded():
    file = reader(document().render([*story(), parts.prose("גיורא 王小明")]))
    faces = [font.get_object() for page in file.pages for font in page["/Resources"]["/Font"].values()]
    assert faces
    assert all("/FontFile2" in face["/FontDescriptor"] for face in faces)


@pytest.mark.parametrize(("size", "width", "height"), [("letter", 612, 792), ("A4", 595, 842)])
def test_the_page_has_the_size_of_the_site(size, width, height):
    box = reader(document(page_size=size).render(story())).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (width, height)


def test_names_in_other_scripts_can_be_read_and_copied():
    names = ["Ольга Петрова", "Ελένη Παπαδοπούλου", "გიორგი ბერიძე", "王小明", "김민수", "Nguyễn Thị Ánh"]
    text = texts(document(scope_line=names[0]).render([parts.table(["Name"], [[name] for name in names], [1])]))[0]
    assert all(name in text for name in names)


def test_an_arabic_name_stands_in_its_joined_letters():
    text = texts(document().render([parts.prose("محمد")]))[0]
    assert set("\ufeaa\ufee4\ufea4\ufee3") <= set(text) or "محمد" in text


def test_knowledge_without_a_moment_is_called_provisional():
    assert "provisional" in replace(PROOF, known_at=None).when_line


def test_a_naive_moment_of_knowledge_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        replace(PROOF, known_at=datetime(2022, 1, 31))  # noqa: DTZ001 (a naive one is what is tried)


def test_a_proof_without_seal_and_address_leaves_both_out():
    bare = Proof(date(2026, 1, 1), None, "", "", DIGEST)
    assert bare.check_line == "Digest of the content (SHA-256, its first half):"
    assert bare.digest_line == f"content {grouped(DIGEST)}"


def test_the_digest_of_a_content_is_known():
    content = {"site": "Harrow Lake", "on": date(2021, 12, 15), "doses": 2, "met": True, "gap": None}
    assert content_digest(content) == "3b2229c37a84cb09a85d853c839ffa3c982342abf5a314a07a3d97a65d6a57a0"


def test_the_digest_takes_days_moments_keys_and_decimals_in_one_form():
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    content = [moment, UUID(int=7), Decimal("1.50"), {3, 1}, PROOF]
    assert content_digest(content) == content_digest(tuple(content))


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none()))
def test_the_order_of_keys_does_not_matter_to_the_digest(content):
    assert content_digest(content) == content_digest(dict(reversed(content.items())))


@pytest.mark.parametrize("content", [1.5, {1: "a"}, object(), [datetime(2026, 1, 1)]])  # noqa: DTZ001
def test_what_has_no_single_form_has_no_digest(content):
    with pytest.raises(TypeError):
        content_digest(content)
