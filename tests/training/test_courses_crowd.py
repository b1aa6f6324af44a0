"""A live session of three hundred people of forty sites: few statements, page by page."""

from datetime import date
from uuid import UUID

import psycopg

from rems.core.ids import uuid7
from rems.models import METADATA
from tests.counting import counted
from tests.factories import Hospital
from tests.rows import past_all_checks, put, row_of
from tests.training.teaching import nurse, plan, seat
from tests.training.test_courses_session_views import hospital, now, sponsor
from tests.training.test_courses_views import send, text

__all__ = ["hospital", "now", "sponsor"]  # fixtures of the session's pages
SITES, PEOPLE = 40, 300


def crowded(superuser: psycopg.Connection, hospital: Hospital, root: UUID, people: int) -> None:
    """People of forty sites with a place each; put in directly, for only the size matters."""
    tables = {name: METADATA.tables[name] for name in ("site", "scope", "staff_member", "session_place")}
    [program_id] = hospital.manager.programs
    with past_all_checks(superuser):
        for n in range(SITES):
            site, scope = uuid7(), uuid7()
            name = f"Hospital {n:02d}"
            put(superuser, tables["site"], row_of(tables["site"], id=site, name=name, folded=name.lower()))
            put(superuser, tables["scope"], row_of(tables["scope"], id=site, site_id=site, program_id=None))
            put(superuser, tables["scope"], row_of(tables["scope"], id=scope, site_id=site, program_id=program_id))
            for m in range(n, people, SITES):
                who, place = uuid7(), uuid7()
                given = {"name": f"Person {m:03d}", "role": "nurse", "from_on": date(2018, 1, 1), "email": ""}
                row = row_of(tables["staff_member"], id=who, scope_id=site, until_on=None, **given)
                put(superuser, tables["staff_member"], row)
                own = {"scope_id": scope, "program_id": program_id, "site_id": site, "staff_member_id": who}
                own |= {"session_id": root, "root_id": place, "presence": "registered", "holds_on": date(2026, 11, 1)}
                put(superuser, tables["session_place"], row_of(tables["session_place"], id=place, **own))


def test_a_session_of_three_hundred_people_of_forty_sites_opens_in_few_statements(
    sponsor, hospital, superuser: psycopg.Connection
):
    root = plan(hospital)
    seat(hospital, root, nurse(hospital))
    sponsor.get(f"/sessions/{root}")
    with counted() as few:
        sponsor.get(f"/sessions/{root}")
    crowded(superuser, hospital, root, PEOPLE)
    with counted() as many:
        page = text(sponsor.get(f"/sessions/{root}"))
    assert len(many) == len(few), (len(few), len(many))
    assert "0 of 301 people came" in page and "1 to 50 of 301" in page and "Hospital 00" in page
    assert page.count("<select") == 50
    last = text(sponsor.get(f"/sessions/{root}?page=7"))
    assert "301 to 301 of 301" in last and "Universitätsklinik Łódź" in last
    with counted() as table:
        answer = sponsor.get(f"/sessions/{root}/people.csv")
    assert len(table) <= len(few) and answer.get_data(as_text=True).count("\r\n") == 302


def test_what_is_sent_from_a_later_page_comes_back_to_it(sponsor, hospital, superuser: psycopg.Connection):
    root = plan(hospital)
    [place] = seat(hospital, root, nurse(hospital))
    crowded(superuser, hospital, root, 60)
    token_page = f"/sessions/{root}?page=2"
    answer = send(sponsor, token_page, **{f"p:{place}": "attended"})
    assert (answer.status_code, answer.location) == (302, f"/sessions/{root}?page=2")
    assert sponsor.get(f"/sessions/{root}?page=x").status_code == 422
