"""The table of contents of a long paper: the page of each section, also of one that comes much later."""

import re

import pytest

from rems.paper import parts
from tests.paper.papers import document, texts


def test_each_title_has_the_page_its_section_begins_on():
    story = [parts.Contents(["1. Here", "2. Μακριά", "3. There"])]
    story += [parts.section(1, "Here"), parts.fresh_page(), parts.prose("Between."), parts.fresh_page()]
    story += [parts.section(2, "Μακριά"), parts.section(3, "There")]
    pages = texts(document().render(story))
    for title, number in (("1. Here", 1), ("2. Μακριά", 3), ("3. There", 3)):
        assert re.search(rf"{re.escape(title)}\s+{number}\b", pages[0])
        assert title in pages[number - 1]


def test_a_title_without_a_section_is_a_mistake():
    with pytest.raises(KeyError, match="Nowhere"):
        document().render([parts.Contents(["Nowhere"]), parts.section(1, "Here")])


def test_the_same_paper_is_the_same_bytes():
    made = [document().render([parts.Contents(["1. Here"]), parts.section(1, "Here")]) for _ in range(2)]
    assert made[0] == made[1]


def test_room_is_made_for_what_follows():
    tall = [parts.gap(560), parts.room(200), parts.section(1, "Here")]
    assert ["1. Here" in page for page in texts(document().render(tall))] == [False, True]
