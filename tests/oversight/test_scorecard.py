"""The scorecard of a site: the figures, that site and sponsor see the same, any day, the list and its table."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.compliance import actions as compliance
from rems.compliance.keeping import Happened
from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.lens import Lens
from rems.events import actions as events
from rems.events.actions import Happening
from rems.events.rules import Kind, Outcome
from rems.oversight import scorecard
from rems.oversight.scorecard import Card
from rems.sites import actions as sites
from rems.sites import keeping
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World

ON = date(2026, 6, 1)


@pytest.fixture
def hospital(world: World) -> Hospital:
    """Certified, with a nurse who came in October and was not trained, and two events reported late."""
    found = world.hospital(EUROPE, name="Universitätsklinik Nordstadt").certified(ON)
    said = {"by": found.coordinator, "now": world.now}
    patient = found.infused(date(2026, 10, 5))
    sites.add_staff(found.site_id, "Ada Moss", StaffRole.NURSE, from_on=date(2026, 10, 1), **said)
    for began, reported in ((date(2026, 10, 7), date(2026, 10, 9)), (date(2026, 10, 10), date(2026, 10, 21))):
        event = Happening(
            Kind.OTHER,
            "Rash",
            began,
            reported,
            reported,
            (),
            Outcome.RECOVERED,
            ended_on=reported,
            not_serious_reason="It went by itself.",
        )
        events.report(patient, event, **said)
    return found


def card(actor: Actor, hospital: Hospital, lens: Lens) -> Card:
    with reading(actor):
        site = site_queries.site(actor, hospital.site_id)
        return scorecard.card(actor, site_queries.entry(actor, hospital.site_id, hospital.code), site, lens)


def test_the_figures_are_those_of_the_day(hospital: Hospital) -> None:
    found = card(hospital.coordinator, hospital, Lens(date(2026, 11, 24)))
    assert [f.requirement.evidence for f in found.figures.tasks if f.requirement.evidence] == ["staff-training"]
    assert set(found.since.values()) == {date(2026, 10, 1)}
    assert found.ages["31 to 90 days"] == len(found.figures.tasks)
    assert (found.figures.people.with_gap, found.figures.people.asked) == (1, 2)
    delays = found.figures.delays
    assert delays is not None
    assert (delays.reports, delays.median, delays.worst) == (2, 6.5, 11)
    before = card(hospital.coordinator, hospital, Lens(date(2026, 9, 30)))
    assert before.figures.tasks == ()
    assert before.figures.delays is not None and before.figures.delays.reports == 0


def test_what_is_recorded_later_changes_no_earlier_figure(hospital: Hospital) -> None:
    lens = Lens(date(2026, 11, 24), settled()[0])
    before = card(hospital.coordinator, hospital, lens)
    sites.add_staff(
        hospital.site_id,
        "Later Known",
        StaffRole.NURSE,
        from_on=date(2026, 9, 1),
        by=hospital.coordinator,
        now=hospital.world.now,
    )
    assert card(hospital.coordinator, hospital, lens) == before
    assert card(hospital.coordinator, hospital, Lens(lens.as_of)).figures.people.with_gap == 2


def test_stock_is_counted_where_doses_are_asked(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US").certified(date(2018, 6, 4))
    found = card(hospital.coordinator, hospital, Lens(date(2018, 6, 4))).figures.stock
    assert (found.doses, found.asked, found.short_on) == (2, 2, None)
    late = date(2018, 6, 4) + timedelta(days=730)
    assert card(hospital.coordinator, hospital, Lens(late)).figures.stock.short_on == late + timedelta(days=1)


def test_open_findings_of_audits_and_late_actions_are_counted_on_their_day(hospital: Hospital) -> None:
    said = {"by": hospital.manager, "now": hospital.world.now}
    found_on = date(2026, 10, 12)
    happened = Happened(
        source=DeviationSource.AUDIT,
        severity=DeviationSeverity.CRITICAL,
        requirement_code="",
        found_on=found_on,
        summary="No record of the check of the vials.",
        immediate_action="Checked at once.",
    )
    key = compliance.report(hospital.scope_id, happened, **said)
    plan = compliance.Plan(
        kind=ActionKind.CORRECTIVE,
        what="Train the pharmacy again.",
        owner="Ada Moss",
        planned_on=found_on,
        due_on=date(2026, 11, 1),
        check_on=date(2026, 12, 1),
    )
    compliance.plan(key, plan, **said)
    late = card(hospital.coordinator, hospital, Lens(date(2026, 11, 24))).figures.compliance
    assert (late.critical, late.open_findings, late.actions_open, late.actions_late) == (1, 1, 1, 1)
    assert card(hospital.manager, hospital, Lens(date(2026, 11, 24))).figures.compliance == late
    early = card(hospital.coordinator, hospital, Lens(date(2026, 10, 20))).figures.compliance
    assert (early.open_findings, early.actions_open, early.actions_late) == (1, 1, 0)
    before = card(hospital.coordinator, hospital, Lens(date(2026, 10, 11))).figures.compliance
    assert (before.open_findings, before.actions_open, before.actions_late) == (0, 0, 0)


def figures_on(page: str) -> list[str]:
    body = page.split("<main")[1].split("</main")[0]
    return re.findall(r">\s*([^<>]*\d[^<>]*?)\s*<", re.sub(r"<(script|style).*?</\1>", "", body, flags=re.S))


def test_the_site_and_its_sponsor_see_the_same_figures(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.now = utcnow()
    pages = []
    for actor in (hospital.coordinator, hospital.manager):
        world.sign_in(client, actor)
        answer = client.get(f"/sites/{hospital.site_id}/scorecard")
        assert answer.status_code == 200
        pages.append(figures_on(answer.text))
        client.delete_cookie("session")
    assert pages[0] == pages[1]
    assert any("Median 6.5 days" in one for one in pages[0])


def test_a_sponsor_sees_no_figure_of_another_program(client: FlaskClient, world: World, hospital: Hospital) -> None:
    sites.enter(hospital.site_id, LABEL, by=hospital.coordinator, now=world.now)
    world.sign_in(client, world.manager(LABEL))
    page = client.get(f"/sites/{hospital.site_id}/scorecard").text
    assert "EU risk management plan" not in page
    assert "No report" in page
    assert client.get(f"/sites/{hospital.site_id}/scorecard?program={EUROPE}").status_code == 404
    assert client.get("/scorecards").text.count("Universitätsklinik Nordstadt") == 1


def test_each_figure_leads_to_its_list(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    page = client.get(f"/sites/{hospital.site_id}/scorecard").text
    links = {link.replace("&amp;", "&") for link in re.findall(r'<td[^>]*>.*?<a[^>]*href="([^"]+)"', page, flags=re.S)}
    here = f"/sites/{hospital.site_id}"
    assert {f"{here}/programs/{EUROPE}", f"{here}/programs/{EUROPE}/training", f"{here}/stock"} <= links
    for link in links:
        assert client.get(link).status_code == 200, link
    events_of_site = client.get(f"/events?view=all&site={hospital.site_id}")
    assert events_of_site.text.count("Rash") == 2
    assert client.get(f"/events?view=all&site={world.hospital(EUROPE).site_id}").status_code == 404
    assert client.get("/events?site=none").status_code == 422


def test_who_sees_no_events_gets_no_figure_of_them(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.account(Role.PHARMACIST, site_id=hospital.site_id))
    page = client.get(f"/sites/{hospital.site_id}/scorecard").text
    assert "Not yours to see" in page
    assert "6.5" not in page


def test_another_site_has_no_scorecard(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.hospital(EUROPE).coordinator)
    assert client.get(f"/sites/{hospital.site_id}/scorecard").status_code == 404


def test_the_list_is_searched_and_downloaded(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.hospital(EUROPE, name="Åsgård Hospital").ready(ON)
    manager = world.manager(EUROPE)
    world.sign_in(client, manager)
    page = client.get("/scorecards").text
    assert page.index("Åsgård Hospital") < page.index("Universitätsklinik Nordstadt")
    assert "Nordstadt" not in client.get("/scorecards?q=sg").text
    assert "No site fits" in client.get("/scorecards?q=nowhere").text
    answer = client.get("/scorecards.csv?q=Nordstadt")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row["site"] == "Universitätsklinik Nordstadt"
    assert (row["training_gaps"], row["people_asked"]) == ("1", "2")
    assert (row["median_days_to_report"], row["worst_days_to_report"], row["reports"]) == ("6.5", "11", "2")


def test_nobody_signed_in_for_no_site_sees_an_empty_list(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.manager(EUROPE))
    assert "No site that you may see" in client.get("/scorecards").text


def test_an_administrator_sees_no_scorecards(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.account(Role.ADMINISTRATOR))
    assert client.get("/scorecards").status_code == 403


def test_the_list_under_an_earlier_knowledge_has_the_names_and_entries_of_then(
    world: World, hospital: Hospital
) -> None:
    manager = hospital.manager
    with reading(manager):
        then, _ = settled()
        version = site_queries.site(manager, hospital.site_id).version
    later = world.hospital(EUROPE, name="Neue Klinik")
    plain = {"city": "Town", "region": "", "country": "DE", "timezone": "UTC", "phone": "", "email": ""}
    said = {"version": version, "by": hospital.coordinator, "now": world.now}
    keeping.edit_site(hospital.site_id, name="Klinikum Anders", **plain, **said)
    with reading(manager):
        now_, total = scorecard.entered(manager, Lens(ON), number=1, size=9)
        before, one = scorecard.entered(manager, Lens(ON, then), number=1, size=9)
    assert (total, {name for _, name in now_}) == (2, {"Klinikum Anders", "Neue Klinik"})
    assert (one, [name for _, name in before]) == (1, ["Universitätsklinik Nordstadt"])
    assert later.site_id != hospital.site_id
