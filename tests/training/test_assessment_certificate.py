"""The certificate of a passed assessment: one page that says who passed what, when, how, and how well."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from rems.core.db import db, reading
from rems.core.errors import IllegalMove
from rems.sites import queries as sites
from rems.sites.rules import StaffRole
from rems.training.assessments import papers, queries, taking
from tests.factories import EUROPE
from tests.questions import answers, published


@pytest.fixture
def certified(world):
    hospital = world.hospital(EUROPE, name="Szpital Uniwersytecki w Łodzi", country="PL")
    root = published(hospital.manager, world.now, title="Safe use of CAR T cells", edition="2026-1")

    def printed(*, wrong: int, on: date = date(2026, 11, 24)) -> bytes:
        by = hospital.representative
        key = taking.take(hospital.site_id, EUROPE, root, answers(root, wrong=wrong), by=by, now=world.now)
        with reading(by):
            entry, site = sites.entry(by, hospital.site_id, EUROPE), sites.site(by, hospital.site_id)
            row, who = queries.attempt(key), sites.staff_member(by, hospital.staff_id)
            assert row.holds_on == on
            pdf = papers.certificate_pdf(row, who, StaffRole.PHYSICIAN, entry, site, now=world.now)
            again = papers.certificate_pdf(row, who, StaffRole.PHYSICIAN, entry, site, now=world.now)
            db.session.expunge_all()
        assert pdf == again
        return pdf

    return printed


def test_it_names_person_score_mark_day_and_way(certified, world):
    pdf = PdfReader(BytesIO(certified(wrong=1)))
    assert len(pdf.pages) == 1
    said = " ".join(pdf.pages[0].extract_text().split())
    for words in (
        "Certificate of a knowledge assessment",
        "Dr. Rep",
        "Physician, Szpital Uniwersytecki w Łodzi",
        "4 of 5 right answers",
        "80 % of right answers",
        "24 Nov 2026",
        "Taken here",
        "Safe use of CAR T cells, edition 2026-1",
    ):
        assert words in said, words
    assert round(pdf.pages[0].mediabox.width) == 595  # A4: the paper of the site's country


def test_there_is_none_of_an_attempt_that_was_not_passed(certified):
    with pytest.raises(IllegalMove, match="was not passed, so there is no certificate of it"):
        certified(wrong=2)
