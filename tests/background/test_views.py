"""The pages of public reports: search, filters, paging, one report, one import; and who may open them."""

import re

import pytest
from sqlalchemy import text

from rems.access.rules import Role
from rems.background import queries
from rems.background.queries import Asked
from rems.cli import importing
from rems.core.db import db, reading
from rems.core.errors import BadInput, NotAllowed, NotFound
from tests.background.extracts import Lines

SAYS = "Other makers&#39; public reports: background, not cases of ours; no clock runs on them."


@pytest.fixture
def load(app, where, tmp_path, capsys):
    """Import these lines."""

    def command(lines):
        importing.faers(app.extensions["rems_settings"], where, lines.write(tmp_path / "faers"))

    return command


@pytest.fixture
def reader(world):
    return world.manager()


@pytest.fixture
def browse(client, world, reader):
    """Open an address signed in; its text, with spaces evened out."""
    world.sign_in(client, reader)

    def get(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return re.sub(r"\s+", " ", answer.get_data(as_text=True))

    return get


def some() -> Lines:
    """Four reports: CAR-T in time, another maker's late, a periodic one, one whose days contradict."""
    lines = Lines().case(
        100,
        drug={"drugname": "CARVYKTI", "prod_ai": "CILTACABTAGENE AUTOLEUCEL", "lot_num": "23GC"},
        reactions=["Headache", "Cytokine release syndrome"],
        mfr_sndr="JANSSEN",
    )
    lines.case(200, mfr_dt="20251001", fda_dt="20251119", reactions=["Pneumonia"], mfr_sndr="ACME")
    lines.case(300, rept_cod="PER", fda_dt="20251112", reactions=["Nausea"], mfr_num="EU-ACME-77")
    return lines.case(400, mfr_dt="20251120", fda_dt="20251109", reactions=[])


def numbers(actor, asked=None):
    with reading(actor):
        lines, total = queries.page(actor, asked or Asked())
        assert total == len(lines)
        return [line.report.case_id for line in lines]


def test_the_newest_at_fda_stand_first(load, reader):
    load(some())
    assert numbers(reader) == [200, 300, 100, 400]


@pytest.mark.parametrize(
    ("asked", "cases"),
    [
        (Asked("carv"), [100]),
        (Asked("CILTA auto"), [100]),
        (Asked("cytokine RELEASE"), [100]),
        (Asked("acme"), [200, 300]),
        (Asked("acme pneu"), [200]),
        (Asked("acme carvykti"), []),
        (Asked("1001"), [100]),
        (Asked("100"), [100]),
        (Asked("eu-acme-77"), [300]),
        (Asked("kine"), []),
        (Asked("%"), []),
        (Asked("x" * 500), []),
        (Asked("\x00'; drop"), []),
        (Asked(cart=True), [100]),
        (Asked(group="CRS"), [100]),
        (Asked(group="Infection"), [200]),
        (Asked(group="TLS"), []),
        (Asked(report_type="PER"), [300]),
        (Asked(late=True), [200]),
        (Asked("acme", late=True), [200]),
        (Asked("acme", cart=True), []),
    ],
)
def test_a_search_finds_by_the_beginnings_of_words_and_by_filters(load, reader, asked, cases):
    load(some())
    assert numbers(reader, asked) == cases


def test_a_list_is_paged_by_key_and_shows_each_report_once(load, reader):
    lines = Lines()
    for case in range(100, 123):
        lines.case(case, fda_dt="20251110" if case % 2 else "")
    load(lines)
    shown, after = [], ""
    for _ in range(5):
        with reading(reader):
            found, total = queries.page(reader, Asked(), after=after, size=5)
            assert total == 23
            shown += [line.report.case_id for line in found[:5]]
            after = str(found[:5][-1].report.primary_id)
    assert shown == [*range(121, 99, -2), *range(122, 98, -2)]


@pytest.mark.parametrize("after", ["9", "x", "9" * 19, "9" * 40, "-1", "²"])
def test_a_place_that_is_no_report_is_said(app, reader, after):
    with reading(reader), pytest.raises(BadInput, match="is no public report; begin the list anew"):
        queries.page(reader, Asked(), after=after)


def test_more_than_a_thousand_are_not_counted(load, reader, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 3)
    load(some())
    with reading(reader):
        assert queries.page(reader, Asked())[1] is None
        assert queries.page(reader, Asked(cart=True))[1] == 1


def test_a_search_uses_an_index_under_row_level_security(load, reader):
    lines = Lines()
    for case in range(100, 1100):
        lines.case(case, drug={"drugname": f"DRUG{case}"})
    load(lines)
    with reading(reader):
        query = queries.found(reader, Asked("drug7"))
        compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = "\n".join(row[0] for row in db.session.execute(text(f"explain {compiled}")))
    assert re.search(r"Index Cond: \(\(word >= 'drug7'::text\) AND \(word < 'drug8'::text\)\)", plan), plan


def test_who_may_not_read_background_is_told_so(load, world, client):
    load(some())
    administrator = world.account(Role.ADMINISTRATOR)
    with reading(administrator):
        for look in (
            lambda: queries.page(administrator, Asked()),
            lambda: queries.whole(administrator, 1001),
            lambda: queries.kept(administrator),
            lambda: queries.latest_runs(administrator),
        ):
            with pytest.raises(NotAllowed, match="see public background reports"):
                look()
    world.sign_in(client, administrator)
    for address in ("/background", "/background/1001"):
        assert client.get(address).status_code == 403
    assert 'href="/background"' not in client.get("/background").get_data(as_text=True)


def test_a_visitor_is_sent_to_sign_in(client):
    assert client.get("/background/1").headers["Location"].startswith("/sign-in")


def test_before_any_import_the_page_says_what_to_run(browse):
    page = browse("/background")
    assert SAYS in page
    assert "<code>python -m rems import faers DIR</code>" in page
    assert 'name="q"' not in page


def test_the_list_shows_product_reaction_interest_type_and_days(load, browse):
    load(some())
    page = browse("/background")
    assert SAYS in page
    assert "Cytokine release syndrome and 1 more" in page
    assert "CARVYKTI" in page
    assert "CAR-T</span>" in page
    assert "49 of 15 days, late by 34" in page
    assert "7 of 15 days" in page
    assert "Dates contradict" in page
    assert "1 to 4 of 4" in page
    assert "FAERS 2025Q4" in page


def test_the_filters_stay_in_the_address_and_in_the_form(load, browse):
    load(some())
    page = browse("/background?q=acme&late=yes&group=Infection&type=EXP")
    assert 'value="acme"' in page
    assert '<option value="Infection" selected>' in page
    assert '<option value="EXP" selected>' in page
    assert "Pneumonia" in page
    assert "Nausea" not in page
    nothing = browse("/background?q=carvykti&late=yes")
    assert "No report fits" in nothing


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("group=Elbow", "&#34;Elbow&#34; is no group of special interest; choose one of the list."),
        ("group=%00", "is no group of special interest; choose one of the list."),
        ("type=ZEH", "&#34;ZEH&#34; is no report type; choose one of the list."),
        ("after=9", "after &#34;9&#34; is no public report; begin the list anew."),
    ],
)
def test_a_filter_that_the_list_does_not_offer_is_said(browse, words, sentence):
    assert sentence in browse(f"/background?{words}", status=422)


def test_a_report_shows_its_facts_days_and_source(load, browse):
    load(some().case(100, caseversion=2, mfr_dt="20251101", fda_dt="20251120"))
    page = browse("/background/1001")
    assert "Another maker&#39;s public report: background, not a case of ours; no clock runs on it." in page
    for words in (
        "Case 100, version 1",
        "Expedited (15-day)",
        "3 Nov 2025",
        "10 Nov 2025",
        "7 of 15 days",
        "21 CFR 600.80(c)(1) and 314.80(c)(1)",
        "Primary suspect",
        "ciltacabtagene autoleucel",
        "Lymphoma",
        "from 1 Oct 2025",
        "Hospitalization",
        "Health professional",
        "JANSSEN",
        "DEMO25Q4.txt",
        "Version 1, this one",
    ):
        assert words in page
    assert re.search(r"Cytokine release syndrome</th>.*?CRS</span>", page)
    assert '<a href="/background/1002">Version 2</a>' in page
    assert "19 of 15 days, late by 4" in browse("/background/1002")


def test_a_report_of_which_a_line_was_refused_says_so(load, browse):
    load(some().add("REAC", 100, pt=""))
    page = browse("/background/1001")
    assert "Lines left out" in page
    assert "REAC25Q4.txt, line 6: pt is blank; report 1001 stays without this line." in page
    assert "Lines left out" not in browse("/background/2001")


def test_a_report_with_little_in_it_is_shown(load, browse):
    lines = Lines()
    lines.add("DEMO", 500, fda_dt="2025")
    load(lines)
    page = browse("/background/5001")
    for words in ("No product named", "No reaction named", "Not known: a day is missing or partial", "2025"):
        assert words in page


def test_what_a_report_holds_is_shown_as_text(load, browse):
    load(Lines().case(100, drug={"drugname": "<script>alert(1)</script>"}, reactions=["<b>bold</b>"]))
    for address in ("/background", "/background/1001"):
        page = browse(address)
        assert "<script>alert" not in page
        assert "<b>bold" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("address", ["/background/9", f"/background/{'9' * 30}"])
def test_a_report_that_is_not_there_is_not_found(browse, address):
    assert "There is no public report" in browse(address, status=404)


def test_an_import_shows_its_files_and_every_refused_line(load, browse, reader):
    lines = some()
    lines.files["DRUG"] += ["garbage"] * 60
    load(lines)
    with reading(reader):
        run_id = queries.latest_runs(reader)[0].id
    page = browse(f"/background/imports/{run_id}")
    for words in (
        "Import of FAERS 2025Q4",
        "DRUG25Q4.txt, line 6",
        "has 1 field, expected 20",
        "60 lines",
        "1 to 50 of 60",
    ):
        assert words in page
    after = re.search(r'after=([^"]+)" rel="next"', page)
    assert after is not None
    second = browse(f"/background/imports/{run_id}?after={after[1]}")
    assert second.count("has 1 field, expected 20") == 10
    assert "is no refused line" in browse(f"/background/imports/{run_id}?after=x", status=422)


def test_an_import_that_is_not_there_is_not_found(app, reader):
    with reading(reader), pytest.raises(NotFound, match="no such import"):
        queries.run(reader, reader.id)
