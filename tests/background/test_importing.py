"""`python -m rems import faers DIR`: what is taken, known and refused, and why."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from rems.background import taking
from rems.background.reading import TERMS, open_extract, read_terms
from rems.cli import importing, main
from rems.core.errors import BadInput
from tests.background.extracts import Lines, line


def test_a_report_is_kept_with_all_it_says(run, rows, tmp_path):
    demo = {"age": "61.0", "age_cod": "YR", "sex": "F", "wt": "70.0", "wt_cod": "KG", "occp_cod": "MD"}
    drug = {"drugname": "CARVYKTI", "prod_ai": "CILTACABTAGENE AUTOLEUCEL", "dose_amt": "1.0", "dose_unit": "DF"}
    lines = Lines().case(100, drug=drug, reactions=["Pyrexia", "Tumour lysis syndrome", "Headache"], **demo)
    lines.add("THER", 100, dsg_drug_seq=1, start_dt="20251002", end_dt="20251003", dur="2", dur_cod="DAY")
    said = run(lines.write(tmp_path / "faers"))
    assert said == [
        "FAERS 2025Q4: 1 case read, 1 taken, 0 skipped as already there, 0 refused.",
        "0 lines refused.",
    ]
    (report,) = rows(
        "select primary_id, case_id, case_version, report_type, mfr_received, fda_received, days_taken, age, weight, "
        "sex, reporter, cart, special_interest, outcomes, sources from public_report"
    )
    assert report == (
        *(1001, 100, 1, "EXP", "2025-11-03", "2025-11-10", 7, "61 years", "70 kg"),
        *("F", "MD", True, ["CRS", "TLS"], ["HO"], ["HP"]),
    )
    assert rows("select seq, role, name, product, dose, indications, therapy from public_drug") == [
        (
            *(1, "PS", "CARVYKTI", "ciltacabtagene autoleucel", "1 df", ["Lymphoma"]),
            ["from 1 Oct 2025", "2 Oct 2025 to 3 Oct 2025, 2 days"],
        )
    ]
    assert rows('select term, "group" from public_reaction order by id') == [
        ("Pyrexia", "CRS"),
        ("Tumour lysis syndrome", "TLS"),
        ("Headache", ""),
    ]
    words = {word for (word,) in rows("select word from public_word")}
    assert words == {"1001", "us", "x", "100", "carvykti", "ciltacabtagene", "autoleucel", "pyrexia"} | {
        *("tumor", "lysis", "syndrome", "headache")
    }


def test_a_second_run_takes_nothing_and_a_new_version_is_a_report_of_its_own(run, rows, counts, tmp_path):
    lines = Lines().case(100).case(200)
    run(lines.write(tmp_path / "faers"))
    before = counts()
    assert run(tmp_path / "faers")[0].endswith("2 cases read, 0 taken, 2 skipped as already there, 0 refused.")
    assert counts() == before
    run(lines.case(100, caseversion=2).write(tmp_path / "faers"))
    assert rows("select primary_id from public_report where case_id = 100 order by 1") == [(1001,), (1002,)]


def test_a_drug_with_several_doses_has_its_indications_and_therapies_once(run, rows, tmp_path):
    lines = Lines().case(100)
    for dose in ("3 g, bid", "4.5 g, bid"):
        lines.add("DRUG", 100, drug_seq=1, role_cod="PS", drugname="EXAMPLIN", dose_vbm=dose)
    run(lines.write(tmp_path / "faers"))
    assert rows("select dose, indications, therapy from public_drug order by id") == [
        ("", ["Lymphoma"], ["from 1 Oct 2025"]),
        ("3 g, bid", [], []),
        ("4.5 g, bid", [], []),
    ]


def test_the_order_of_the_lines_plays_no_part(run, rows, tmp_path):
    lines = Lines().case(100).case(200, drug={"drugname": "KYMRIAH"}).case(300)
    for kind in ("DRUG", "REAC", "THER"):
        lines.files[kind].reverse()
    assert run(lines.write(tmp_path / "faers"))[1] == "0 lines refused."
    assert rows("select r.case_id from public_report r where r.cart") == [(200,)]


def test_the_trail_shows_the_run_and_who_made_it(run, world, tmp_path):
    run(Lines().case(100).write(tmp_path / "faers"))
    entry = world.trail("background.import")[-1]
    assert (entry["table_name"], entry["operation"], entry["reason"]) == ("import_run", "insert", "FAERS 2025Q4")
    assert (entry["actor"], entry["role"], entry["demonstration"]) == ("system: import", "system", False)
    kept = entry["after"]
    assert (kept["source"], kept["cases_taken"], kept["lines_refused"]) == ("FAERS 2025Q4", 1, 0)
    assert kept["files"]["DEMO25Q4.txt"]["sha256"] == open_extract(tmp_path / "faers").digest("DEMO")
    assert kept["files"]["DEMO25Q4.txt"]["lines"] == 1


def test_a_refused_report_refuses_its_case_and_says_so_at_each_of_its_lines(run, rows, tmp_path):
    lines = Lines().case(100, fda_dt="tomorrow").case(200)
    said = run(lines.write(tmp_path / "faers"))
    assert said[0] == "FAERS 2025Q4: 2 cases read, 1 taken, 0 skipped as already there, 1 refused."
    orphan = "belongs to report 1001, which was refused (DEMO25Q4.txt, line 2)"
    reason = 'fda_dt is "tomorrow", expected a day as YYYYMMDD, YYYYMM or YYYY; the case is not taken'
    others = [f"  {kind}25Q4.txt, line 2: {orphan}" for kind in ("DRUG", "REAC", "OUTC", "INDI", "THER", "RPSR")]
    assert said[1:] == ["7 lines refused:", f"  DEMO25Q4.txt, line 2: {reason}", *others]
    assert rows("select count(*), count(*) filter (where primary_id = 1001) from import_refusal") == [(7, 7)]
    assert rows("select file, line, text from import_refusal where file like 'DRUG%'") == [
        ("DRUG25Q4.txt", 2, "1001$100$1$PS$EXAMPLIN")
    ]
    assert rows("select case_id from public_report") == [(200,)]


def test_a_refused_line_of_another_file_leaves_the_report_and_says_so(run, counts, tmp_path):
    lines = Lines().case(100).add("REAC", 100, pt=" ").add("DRUG", 100, drug_seq="two")
    lines.add("INDI", 100, indi_drug_seq=9, indi_pt="Lymphoma").add("THER", 100, dsg_drug_seq=9)
    said = run(lines.write(tmp_path / "faers"))
    stays = "report 1001 stays without this line"
    assert said == [
        "FAERS 2025Q4: 1 case read, 1 taken, 0 skipped as already there, 0 refused.",
        "4 lines refused:",
        f'  DRUG25Q4.txt, line 3: drug_seq is "two", expected a whole number; {stays}',
        f"  REAC25Q4.txt, line 3: pt is blank; {stays}",
        "  INDI25Q4.txt, line 3: names drug 9, which report 1001 does not list; the report stays without this line",
        "  THER25Q4.txt, line 3: names drug 9, which report 1001 does not list; the report stays without this line",
    ]
    assert counts()["public_report"] == counts()["public_drug"] == counts()["public_reaction"] == 1


def test_a_line_of_no_report_and_a_repeated_report_are_refused(run, rows, tmp_path):
    lines = Lines().case(100).add("REAC", 300, pt="Pyrexia").add("DEMO", 100, rept_cod="PER")
    said = run(lines.write(tmp_path / "faers"))
    assert said == [
        "FAERS 2025Q4: 1 case read, 1 taken, 0 skipped as already there, 0 refused.",
        "2 lines refused:",
        "  DEMO25Q4.txt, line 3: repeats primaryid 1001 of line 2",
        "  REAC25Q4.txt, line 3: belongs to no report: DEMO25Q4.txt has none with primaryid 3001",
    ]
    assert rows("select report_type from public_report") == [("EXP",)]


def test_a_bad_line_never_stops_the_rest(run, rows, tmp_path):
    lines = Lines().case(100)
    huge = "x" * 900_000
    bad = ["garbage", "1$2", "", "\x00" * 40, huge, "\udcff\udc81" * 9, line("DEMO", 7, mfr_num="a\rb"), "$" * 24]
    lines.files["DEMO"] += bad
    lines.case(200, mfr_num=huge, drug={"drugname": f"{huge} and more", "prod_ai": "'; drop table public_report; --"})
    said = run(lines.write(tmp_path / "faers"))
    assert said[0] == "FAERS 2025Q4: 9 cases read, 2 taken, 0 skipped as already there, 7 refused."
    assert said[1] == "8 lines refused:"
    assert rows("select case_id from public_report order by 1") == [(100,), (200,)]
    assert rows("select max(length(text)) from import_refusal") == [(500,)]
    assert rows("select max(length(word)) from public_word") == [(60,)]


def test_a_case_whose_line_was_mended_is_taken_by_the_next_run(run, rows, tmp_path):
    run(Lines().case(100, caseversion="x", primaryid=1001).case(200).write(tmp_path / "faers"))
    said = run(Lines().case(100).case(200).write(tmp_path / "faers"))
    assert said[0].endswith("2 cases read, 1 taken, 1 skipped as already there, 0 refused.")
    assert rows("select count(*) from public_drug") == [(2,)]


def test_an_import_broken_off_leaves_nothing_and_the_next_one_does_it_all(
    app, where, run, rows, counts, tmp_path, monkeypatch
):
    monkeypatch.setattr(taking, "BATCH", 2)
    folder = Lines().case(100).case(200).case(300).case(400).write(tmp_path / "faers")

    def stop(words):
        if words.startswith("2 of 4"):
            raise KeyboardInterrupt

    with psycopg.connect(where.owner, autocommit=True) as connection, pytest.raises(KeyboardInterrupt):
        taking.take(connection, open_extract(folder), read_terms(TERMS), stop)
    assert set(counts().values()) == {0}
    assert rows("select count(*) from import_run") == [(0,)]
    assert run(folder)[0].endswith("4 cases read, 4 taken, 0 skipped as already there, 0 refused.")
    assert counts()["public_drug"] == 4


def test_two_imports_at_once_take_each_case_once(app, where, counts, tmp_path):
    lines = Lines()
    for case in range(100, 160):
        lines.case(case)
    folder, together = lines.write(tmp_path / "faers"), Barrier(2)

    def one(_):
        with psycopg.connect(where.owner, autocommit=True) as connection:
            together.wait()
            return taking.take(connection, open_extract(folder), read_terms(TERMS), lambda words: None)

    with ThreadPoolExecutor(2) as both:
        tallies = list(both.map(one, range(2)))
    assert sorted((tally.taken, tally.known) for tally in tallies) == [(0, 60), (60, 0)]
    assert counts()["public_drug"] == 60


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_play_no_part(run, tmp_path, end):
    assert "1 taken" in run(Lines().case(100).write(tmp_path / "faers", end=end))[0]


def test_an_extract_that_cannot_be_read_is_one_sentence_and_leaves_no_trace(app, where, rows, tmp_path):
    folder = Lines().case(100).write(tmp_path / "faers")
    (folder / "REAC25Q4.txt").write_text("primaryid$caseid$drug_rec_act\n")
    with pytest.raises(BadInput) as refused:
        importing.faers(app.extensions["rems_settings"], where, folder)
    assert refused.value.sentence == (
        "REAC25Q4.txt, line 1: the column pt is missing; found: primaryid, caseid, drug_rec_act."
    )
    assert rows("select count(*) from import_run") == [(0,)]


def test_the_command_says_it_on_stderr_and_exits_with_1(where, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REMS_DATABASE_URL", where.app)
    monkeypatch.setenv("REMS_OWNER_DATABASE_URL", where.owner)
    monkeypatch.setenv("REMS_DEMO", "1")
    monkeypatch.setenv("REMS_DATA_DIR", str(tmp_path))
    assert main.main(["import", "faers", str(tmp_path / "nowhere")]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert "is no folder; give the folder that holds the FAERS files" in printed.err


def test_without_the_owner_or_a_database_it_says_what_is_missing(app, where, tmp_path, monkeypatch, capsys):
    folder = Lines().case(100).write(tmp_path / "faers")
    monkeypatch.setenv("REMS_DATABASE_URL", where.app)
    monkeypatch.delenv("REMS_OWNER_DATABASE_URL", raising=False)
    monkeypatch.setenv("REMS_DEMO", "1")
    monkeypatch.setenv("REMS_DATA_DIR", str(tmp_path))
    assert main.main(["import", "faers", str(folder)]) == 1
    assert capsys.readouterr().err.startswith("REMS_OWNER_DATABASE_URL is missing")
    monkeypatch.setenv("REMS_OWNER_DATABASE_URL", "postgresql://rems_owner@127.0.0.1:9/none?connect_timeout=2")
    assert main.main(["import", "faers", str(folder)]) == 1
    assert capsys.readouterr().err.startswith("The database can't be reached as its owner")


def test_the_app_may_read_but_not_write_public_reports(app, where):
    tables = ("public_report", "public_drug", "public_reaction", "public_word")
    with psycopg.connect(where.app) as connection:
        for table in (*tables, "import_run", "import_refusal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"delete from {table}")
