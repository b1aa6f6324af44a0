"""Lists as files: letters, headings, lines, and what a person reads about a file that cannot be taken."""

import pytest

from rems.core.errors import BadInput, Incomplete
from rems.sites import sheets
from rems.sites.sheets import SITES, STAFF, Line, Outcome, Told

HEAD = "name,city,country,timezone\n"
LINE = "Klinikum Süd,Nürnberg,DE,Europe/Berlin\n"


def said(content: bytes, columns=SITES) -> str:
    with pytest.raises(BadInput) as refused:
        sheets.read(content, columns)
    assert refused.value.field == "file"
    return refused.value.sentence


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_list_is_read_with_or_without_a_byte_order_mark(mark: str, bom: bytes, ends: str) -> None:
    text = (HEAD + LINE).replace(",", mark).replace("\n", ends)
    [line] = sheets.read(bom + text.encode(), SITES)
    assert (line.number, line["name"], line["city"], line["region"]) == (2, "Klinikum Süd", "Nürnberg", "")


def test_headings_may_come_in_any_order_and_case_and_empty_lines_are_passed_over() -> None:
    found = sheets.read(b"Country,NAME,city,timezone\n\nUS,A,B,UTC\n ,,,\nUS,C,D,UTC\n", SITES)
    assert [(line.number, line["name"]) for line in found] == [(3, "A"), (5, "C")]


def test_names_in_any_script_and_with_commas_stay_whole() -> None:
    text = 'name,city,country,timezone\n"北京 ""协和"", 医院",北京,CN,Asia/Shanghai\n'
    assert sheets.read(text.encode(), SITES)[0]["name"] == '北京 "协和", 医院'


def test_latin_1_is_refused_with_the_line_and_the_mend() -> None:
    sentence = said((HEAD + "A,B,US,UTC\n" + LINE).encode("latin-1"))
    assert sentence == (
        'The file is not in UTF-8: line 3, near "Klinikum Süd,Nürnber", looks like Latin-1 (Windows). '
        'Save it again as "CSV UTF-8" and send that file.'
    )


def test_utf_16_is_refused_by_its_name() -> None:
    assert said((HEAD + LINE).encode("utf-16")).startswith("The file is in UTF-16, not in UTF-8. Save it again")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,city\nA,B\n", "The heading lacks country, timezone. The heading is: name, city, region, country,"),
        (HEAD.replace("city", "town,city") + LINE, "The heading has town, which is not read here. The heading is:"),
        ("name,name,city,country,timezone\nA,A,B,US,UTC\n", "The heading has name twice. The heading is:"),
        (HEAD, "The file has a heading and no line below it."),
        ("", "The heading lacks name, city, country, timezone."),
        (HEAD + "A,B,US,UTC,more\n", "Line 2 has 5 columns, the heading 4; a text that holds the mark"),
        (HEAD + 'A,"B,US,UTC\n', "Line 2 is no CSV: unexpected end of data."),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    assert said(text.encode()).startswith(sentence)


def test_too_long_a_list_is_sent_in_parts() -> None:
    assert (
        said((HEAD + LINE * (sheets.MOST_LINES + 1)).encode())
        == "The file has more than 20,000 lines; send it in parts."
    )


def test_a_line_with_an_empty_column_or_of_the_same_name_again_is_refused() -> None:
    lines = [
        Line(2, {"site": "S", "name": "A", "role": "nurse", "email": "", "from": "2026-01-01", "until": ""}),
        Line(3, {"site": "S", "name": "", "role": "", "email": "", "from": "2026-01-01", "until": ""}),
        Line(4, {"site": "S", "name": "a ", "role": "nurse", "email": "", "from": "2026-01-01", "until": ""}),
    ]
    told = sheets.tell(
        lines,
        STAFF,
        lambda line: [sheets.person_key(line["site"], line["email"], line["name"])],
        lambda line: Told(line, Outcome.NEW, line["name"]),
    )
    assert [(one.outcome, one.words) for one in told] == [
        (Outcome.NEW, ""),
        (Outcome.REFUSED, "name and role are empty."),
        (Outcome.REFUSED, "The same stands in line 2 already."),
    ]
    with pytest.raises(Incomplete) as whole:
        sheets.check_whole(told)
    assert whole.value.sentence == "2 lines are refused, so nothing was taken."
    assert whole.value.gaps == ("Line 3: name and role are empty.", "Line 4: The same stands in line 2 already.")


def test_an_empty_cell_changes_nothing_and_a_change_says_before_and_after() -> None:
    line = Line(2, {"name": "A"})
    told = sheets.compared(line, {"city": "Bonn", "phone": "1"}, {"city": "Köln", "phone": ""})
    assert (told.outcome, told.words) == (Outcome.CHANGED, 'city: "Bonn" becomes "Köln"')
    assert sheets.compared(line, {"city": "Bonn"}, {"city": "Bonn"}).outcome is Outcome.SAME
