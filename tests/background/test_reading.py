"""Every line of an extract is a row or a refusal that says why; an extract that cannot be read is one sentence."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rems.background.layout import ROWS, Day, Demo, Kind, columns
from rems.background.reading import LONGEST, Refused, open_extract
from rems.core.errors import BadInput
from tests.background.extracts import HEADERS, Lines, line

GOOD = line("REAC", 7, pt="Pyrexia")


@pytest.fixture
def folder(tmp_path):
    """A folder with an extract of one case, 100."""
    return Lines().case(100).write(tmp_path / "faers")


def put(folder, kind, raw, *, quarter="25Q4"):
    """Write the bytes after the header of a file and read them."""
    path = folder / f"{kind}{quarter}.txt"
    path.write_bytes(HEADERS[kind].encode() + b"\n" + raw)
    return list(open_extract(folder).rows(Kind(kind)))


def test_a_line_becomes_a_row_of_its_file(folder):
    (row,) = open_extract(folder).rows(Kind.DEMO)
    assert isinstance(row, Demo)
    assert (row.primary_id, row.case_id, row.case_version, row.report_type) == (1001, 100, 1, "EXP")
    assert (row.mfr_received, row.event) == (Day(2025, 11, 3), None)
    assert row.line_no == 2


def test_every_file_and_column_of_the_description_is_read():
    for kind in Kind:
        assert ROWS[kind].__dataclass_fields__.keys() > {"line_no", "primary_id", "case_id"}
        assert {c.name for c in columns(kind)} == set(HEADERS[kind].split("$"))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"71$7", "has 2 fields, expected 4: the record is cut"),
        (b"71$7$Pyrexia$$x$y", "has 6 fields, expected 4"),
        (b"garbage", "has 1 field, expected 4"),
        (b"x$7$Pyrexia$", 'primaryid is "x", expected a whole number'),
        (b"$7$Pyrexia$", 'primaryid is "", expected a whole number'),
        (b"71$$Pyrexia$", 'caseid is "", expected a whole number'),
        (b"-71$7$Pyrexia$", 'primaryid is "-71", expected a whole number'),
        (b"0$0$Pyrexia$", 'primaryid is "0", expected a whole number'),
        ("٧1$7$Pyrexia$".encode(), 'primaryid is "٧1", expected a whole number'),
        (b"9" * 30 + b"$7$Pyrexia$", f'primaryid is "{"9" * 30}", expected a whole number'),
        (b"81$7$Pyrexia$", "primaryid 81 is not caseid 7 followed by a version"),
        (b"7$7$Pyrexia$", "primaryid 7 is not caseid 7 followed by a version"),
        (b"71$7$  $", "pt is blank"),
        (b"71$7$Py\x00rexia$", "holds a control character (code 0)"),
        (b"71$7$Py\rrexia$", "holds a control character (code 13)"),
        (b"71$7$Py\xff\x81rexia$", "holds bytes that are neither UTF-8 nor Latin-1 text"),
        (b"71$7$" + b"x" * LONGEST + b"$", "is longer than 1,048,576 bytes"),
        (b" " * (3 * LONGEST), "is longer than 1,048,576 bytes"),
    ],
)
def test_a_broken_line_is_refused_with_its_reason_and_the_rest_is_read(folder, raw, reason):
    first, second = put(folder, "REAC", raw + b"\n" + GOOD.encode() + b"\n")
    assert isinstance(first, Refused)
    assert (first.file, first.line_no, first.reason) == ("REAC25Q4.txt", 2, reason)
    assert len(first.text) <= 500
    assert (second.line_no, second.term) == (3, "Pyrexia")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"caseversion": "2", "primaryid": "71"}, "primaryid 71 is not caseid 7 followed by caseversion 2"),
        ({"caseversion": "x", "primaryid": "71"}, 'caseversion is "x", expected a whole number'),
        ({"caseversion": 9**11}, 'caseversion is "31381059609", expected a whole number up to 2,147,483,647'),
        ({"fda_dt": "20251301"}, 'fda_dt is "20251301", expected a day as YYYYMMDD, YYYYMM or YYYY'),
        ({"fda_dt": "20250229"}, 'fda_dt is "20250229", expected a day as YYYYMMDD, YYYYMM or YYYY'),
        ({"mfr_dt": "3 Nov 2025"}, 'mfr_dt is "3 Nov 2025", expected a day as YYYYMMDD, YYYYMM or YYYY'),
    ],
)
def test_a_report_with_a_bad_number_or_day_is_refused(folder, values, reason):
    (refused,) = put(folder, "DEMO", line("DEMO", 7, **values).encode() + b"\n")
    assert (refused.reason, refused.record) == (reason, True)


def test_a_drug_number_must_fit(folder):
    (refused,) = put(folder, "DRUG", line("DRUG", 7, drug_seq=2**31, drugname="A").encode() + b"\n")
    assert refused.reason == 'drug_seq is "2147483648", expected a whole number up to 2,147,483,647'


@pytest.mark.parametrize(
    ("field", "day"),
    [("20141226.0", "2014-12-26"), ("201412", "2014-12"), ("2014", "2014"), ("", ""), ("  ", "")],
)
def test_days_may_be_partial_or_blank(folder, field, day):
    (row,) = put(folder, "DEMO", line("DEMO", 7, event_dt=field).encode())
    assert str(row.event or "") == day


def test_a_record_cut_by_a_line_break_is_two_refused_lines_and_one_record(folder):
    whole = line("DEMO", 7, rept_cod="EXP", lit_ref="A title that")
    cut = whole.replace("A title that", "A title that\ngoes on")
    first, second, third = put(folder, "DEMO", f"{cut}\n{line('DEMO', 8)}\n".encode())
    assert first.reason == "has 13 fields, expected 25: the record is cut"
    assert second.reason == "continues line 2, whose record a stray line break has cut"
    assert (first.record, second.record, first.primary_id, second.primary_id) == (True, False, 71, None)
    assert third.case_id == 8


def test_empty_lines_are_refused_but_not_those_at_the_end(folder):
    found = put(folder, "REAC", f"{GOOD}\n\n  \n{GOOD}\n\n\n".encode())
    assert [(f.line_no, getattr(f, "reason", "")) for f in found] == [
        (2, ""),
        (3, "is empty"),
        (4, "is empty"),
        (5, ""),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "$\n", "$\r\n"])
def test_line_ends_of_windows_and_one_more_separator_are_accepted(tmp_path, end):
    folder = Lines().case(100).write(tmp_path / "faers", end=end)
    assert not [row for kind in Kind for row in open_extract(folder).rows(kind) if isinstance(row, Refused)]


def test_latin_1_and_utf_8_are_read(folder):
    latin, utf = (line("REAC", 7, pt="Guillain-Barré syndrome").encode(code) for code in ("latin-1", "utf-8"))
    assert {row.term for row in put(folder, "REAC", latin + b"\n" + utf + b"\n")} == {"Guillain-Barré syndrome"}


def test_a_quote_is_a_character(folder):
    (row,) = put(folder, "REAC", line("REAC", 7, pt='"Pyrexia').encode())
    assert row.term == '"Pyrexia'


def test_columns_may_stand_in_any_order_and_case_after_a_byte_order_mark(folder):
    (folder / "REAC25Q4.txt").write_bytes(
        b"\xef\xbb\xbfPT$DRUG_REC_ACT$CaseID$new_one$PRIMARYID\r\nPyrexia$$7$x$71\r\n"
    )
    (row,) = open_extract(folder).rows(Kind.REAC)
    assert (row.primary_id, row.case_id, row.term) == (71, 7, "Pyrexia")


def test_the_column_names_of_older_quarters_are_known(tmp_path):
    folder = Lines().case(100, sex="F").write(tmp_path / "faers", quarter="13Q1")
    path = folder / "DEMO13Q1.txt"
    old = path.read_text().replace("$sex$", "$gndr_cod$").replace("$i_f_code$", "$i_f_cod$")
    header, row = old.splitlines()
    late = [header.split("$").index(name) for name in ("auth_num", "lit_ref", "age_grp")]
    path.write_text("\n".join("$".join(f for i, f in enumerate(t.split("$")) if i not in late) for t in (header, row)))
    (found,) = open_extract(folder).rows(Kind.DEMO)
    assert (found.sex, found.literature) == ("F", "")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("primaryid$caseid", "the columns pt and drug_rec_act are missing; found: primaryid, caseid."),
        ("primaryid$caseid$pt", "the column drug_rec_act is missing; found: primaryid, caseid, pt."),
        ("", "the header is missing; expected primaryid$caseid$…"),
        ("primaryid$pt$pt", "the column pt stands there twice; found: primaryid, pt, pt."),
        ("primaryid$\x00$pt", "the header holds a control character (code 0)."),
    ],
)
def test_a_header_that_is_not_right_is_one_sentence(folder, header, sentence):
    (folder / "REAC25Q4.txt").write_text(header + "\n")
    with pytest.raises(BadInput) as refused:
        open_extract(folder)
    assert refused.value.sentence == f"REAC25Q4.txt, line 1: {sentence}"


def test_a_missing_folder_or_file_and_two_quarters_are_one_sentence_each(folder):
    def sentence(where):
        with pytest.raises(BadInput) as refused:
            open_extract(where)
        return refused.value.sentence

    nowhere = folder / "nowhere"
    assert sentence(nowhere) == (
        f"{nowhere} is no folder; give the folder that holds the FAERS files, such as DEMO25Q4.txt."
    )
    (folder / "THER25Q4.txt").rename(folder / "THER25Q3.txt")
    assert sentence(folder) == f"{folder} mixes the quarters 2025Q3 and 2025Q4. Give a folder of one quarter."
    (folder / "THER25Q3.txt").unlink()
    (folder / "RPSR25Q4.txt").unlink()
    assert sentence(folder) == f"{folder} has no THERyyQq.txt and RPSRyyQq.txt, such as THER25Q4.txt."
    (folder / "DEMO24Q4.txt").write_text(HEADERS["DEMO"])
    assert "has no THERyyQq.txt" in sentence(folder)


def test_two_files_of_a_kind_are_refused(folder):
    (folder / "demo24q4.TXT").write_text(HEADERS["DEMO"])
    with pytest.raises(BadInput, match="has more than one DEMO file"):
        open_extract(folder)


def test_the_folder_as_fda_packs_it_is_found(tmp_path):
    Lines().case(100).write(tmp_path / "ASCII")
    assert open_extract(tmp_path).quarter == "2025Q4"


PIECES = st.sampled_from(
    [b"71", b"7", b"$", b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"Pyrexia", b" ", b"1" * 25, b".0", b"\xc3\xa9", b"x"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(raw=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join)))
@example(raw=b"71$7$Pyrexia$\n\n")
@example(raw=b"\x85\n\x1c\n")
@pytest.mark.parametrize("kind", ["REAC", "THER", "DEMO"])
def test_whatever_the_bytes_every_line_is_a_row_or_a_refusal(folder, kind, raw):
    found = put(folder, kind, raw)
    lines = raw.split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    assert [one.line_no for one in found] == list(range(2, 2 + len(lines)))
    for one in found:
        assert isinstance(one, ROWS[Kind(kind)]) or (one.reason and len(one.text) <= 500)
        if isinstance(one, Refused):
            assert "\x00" not in one.text
