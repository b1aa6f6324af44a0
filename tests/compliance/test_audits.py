"""Audits from their plan to their end, through the real database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from rems.access.rules import Role
from rems.certification import queries as certification
from rems.compliance.audits import planning, queries, reporting, working
from rems.compliance.audits.planning import Plan
from rems.compliance.audits.rules import NOT_OF_THE_SITE, AuditFormat, AuditState, Side, Verdict
from rems.compliance.audits.working import Noted, Said, Upload
from rems.compliance.rules import DeviationSeverity
from rems.core.db import reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind
from rems.signatures import queries as signatures
from rems.signatures import registry
from rems.sites import queries as sites
from rems.trail.knowing import settled
from tests.compliance.audited import CRITICAL, MINOR, Audited, planned
from tests.factories import EUROPE, KYMRIAH, Hospital, World
from tests.sharing import taking_from_each_other


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def audit(hospital: Hospital) -> Audited:
    return planned(hospital)


def state(audit: Audited, lens: Lens | None = None) -> AuditState:
    return queries.state(audit.row(lens), audit.today)


def test_an_audit_goes_from_its_plan_to_its_end(world: World, audit: Audited) -> None:
    assert state(audit) is AuditState.PLANNED
    assert audit.row().number.startswith("CART-A")
    with reading(audit.hospital.manager):
        then, _ = settled()
    audit.begun().answered().noted(CRITICAL, MINOR)
    assert state(audit) is AuditState.UNDERWAY
    audit.reported()
    with pytest.raises(Incomplete) as early:
        reporting.close(audit.row().id, closed_on=audit.today, note="", **audit.manager)
    assert early.value.gaps == (
        "Finding 1 (critical) is not closed on that day.",
        "Finding 2 (minor) is not closed on that day.",
    )
    audit.corrected(1)
    audit.corrected(2)
    reporting.close(audit.row().id, closed_on=audit.today, note="All well.", **audit.manager)
    assert state(audit) is AuditState.CLOSED
    assert state(audit, Lens(audit.today, then)) is AuditState.PLANNED
    verbs = ("plan", "begin", "answer", "note_finding", "report", "close")
    assert [len({e["xid"] for e in world.trail(f"audits.{verb}")}) for verb in verbs] == [1, 1, 1, 2, 1, 1]


def test_each_finding_of_a_report_becomes_a_deviation_of_the_audit(audit: Audited) -> None:
    audit.begun().answered().noted(CRITICAL, MINOR).reported()
    first, second = audit.findings()
    assert first.deviation and second.deviation
    assert (first.deviation.source, first.deviation.severity) == ("audit", "critical")
    assert first.deviation.reference == f"Audit {audit.row().number}, finding 1"
    assert second.deviation.summary == MINOR.text


def test_a_critical_finding_stands_against_the_certification_until_it_is_closed(app: Flask, world: World) -> None:
    hospital = world.hospital(KYMRIAH)

    def says() -> str:
        with reading(hospital.coordinator):
            entry = sites.entry(hospital.coordinator, hospital.site_id, KYMRIAH)
            found = certification.standing(hospital.coordinator, entry, Lens(world.today)).findings
        return next(f.why for f in found if f.requirement.code == "SITE-AUDIT-COOPERATE")

    with taking_from_each_other(app):
        audit = planned(hospital)
        assert says() == "Nothing is recorded that would ask for it."
        audit.begun().answered().noted(CRITICAL).reported()
        assert says().startswith("1 critical audit finding open: Vials stood outside the refrigerator")
        with reading(hospital.manager):
            then, _ = settled()
        audit.corrected()
        assert says() == f"Audit {audit.row().number} of {world.today:%-d %B %Y}."
        with reading(hospital.coordinator):
            before = evidence.library(hospital.site_id, Lens(world.today, then))
            assert [r.summary for r in before if r.kind is EvidenceKind.AUDIT_FINDING] == [CRITICAL.text]


def test_a_finding_that_is_closed_later_stood_against_the_site_until_the_day_before(world: World) -> None:
    hospital = world.hospital(EUROPE)
    audit = planned(hospital).begun().answered().noted(CRITICAL).reported()
    later = replace(world, now=world.now + timedelta(days=9))
    moved = Audited(replace(hospital, world=later), audit.key)
    moved.corrected()
    with reading(hospital.manager):
        rows = evidence.library(hospital.site_id, Lens(world.today))
        [found] = [r for r in rows if r.kind is EvidenceKind.AUDIT_FINDING]
        assert found.until_on == later.today - timedelta(days=1)
        assert not [
            r for r in evidence.library(hospital.site_id, Lens(later.today)) if r.kind is EvidenceKind.AUDIT_FINDING
        ]


def test_the_report_is_signed_and_any_later_change_of_it_would_show(audit: Audited) -> None:
    audit.begun().answered().noted(MINOR).reported()
    with reading(audit.hospital.coordinator):
        record = registry.record(audit.hospital.coordinator, "site_audit", audit.key)
        assert record is not None
        [proved] = signatures.proved("site_audit", audit.key, record.content)
        assert proved.valid
        assert proved.signature.meaning == "authorship"
        changed = {**record.content, "conclusion": "Perfect."}
        [other] = signatures.proved("site_audit", audit.key, changed)
    assert [d.path for d in other.check.differences] == ["conclusion"]


def test_a_report_with_gaps_names_each_and_keeps_nothing(world: World, audit: Audited) -> None:
    audit.begun()
    first = audit.items()[0]
    given = {first.code: Said(Verdict.DOES_NOT_CONFORM, "No list.")}
    working.answer(audit.key, Side.AUDITOR, given, seen=None, **audit.manager)
    with pytest.raises(Incomplete) as refused:
        audit.reported()
    assert f"{first.title}: does not conform, but no finding says what was found." in refused.value.gaps
    assert len(refused.value.gaps) == len(audit.items())
    assert world.trail("audits.report") == []


def test_a_wrong_password_signs_nothing(world: World, audit: Audited) -> None:
    audit.begun().answered()
    said = {"conclusion": "Well.", "reported_on": audit.today, "password": "not mine"}
    with pytest.raises(BadInput, match="not your password"):
        reporting.report(audit.row().id, **said, **audit.manager)
    assert state(audit) is AuditState.UNDERWAY


def test_the_checklist_is_that_of_the_rules_on_the_day_it_began(audit: Audited) -> None:
    assert audit.row().program_versions == {}
    audit.begun()
    assert list(audit.row().program_versions) == [EUROPE]
    with reading(audit.hospital.manager):
        asked = sites.entry(audit.hospital.manager, audit.hospital.site_id, EUROPE).program.version_on(audit.today)
    assert asked is not None
    assert {item.code for item in audit.items()} == {
        r.code for r in asked.requirements if r.actor not in NOT_OF_THE_SITE
    }
    with pytest.raises(BadInput, match="is no requirement of this audit"):
        working.answer(audit.key, Side.AUDITOR, {"NONE": Said(Verdict.CONFORMS, "")}, seen=None, **audit.manager)
    with pytest.raises(BadInput, match="is no requirement of this audit") as refused:
        working.note_finding(audit.key, Noted(DeviationSeverity.MINOR, "NONE", "x"), **audit.manager)
    assert refused.value.field == "requirement_code"


def test_answers_are_changed_one_after_the_other_and_the_same_again_is_nothing(audit: Audited) -> None:
    audit.begun()
    code = audit.items()[0].code
    give = {code: Said(Verdict.CONFORMS, "")}
    assert working.answer(audit.key, Side.AUDITOR, give, seen=None, **audit.manager) == 1
    with pytest.raises(StaleRecord):
        working.answer(audit.key, Side.AUDITOR, give, seen=None, **audit.manager)
    assert working.answer(audit.key, Side.AUDITOR, give, seen=audit.seen(), **audit.manager) == 0
    give = {code: Said(Verdict.NOT_APPLICABLE, "No children are treated.")}
    assert working.answer(audit.key, Side.AUDITOR, give, seen=audit.seen(), **audit.manager) == 1


def test_a_questionnaire_is_answered_by_the_site_and_an_audit_on_site_is_not(
    hospital: Hospital, audit: Audited
) -> None:
    code = audit.items()[0].code
    give = {code: Said(Verdict.CONFORMS, "See SOP 12.")}
    with pytest.raises(IllegalMove, match="Only a questionnaire"):
        working.answer(audit.key, Side.SITE, give, seen=None, **audit.site)
    asked = planned(hospital, form=AuditFormat.QUESTIONNAIRE)
    assert working.answer(asked.key, Side.SITE, give, seen=None, **asked.site) == 1
    with pytest.raises(NotAllowed, match="answers for the site"):
        working.answer(asked.key, Side.SITE, give, seen=asked.seen(Side.SITE), **asked.manager)
    with pytest.raises(NotAllowed):
        working.answer(asked.key, Side.AUDITOR, give, seen=None, **asked.site)
    asked.begun().answered().reported()
    with reading(hospital.manager):
        record = registry.record(hospital.manager, "site_audit", asked.key)
        assert record is not None
    assert record.content["answers"][0]["site_said"] == "See SOP 12."


def test_findings_are_reworded_and_withdrawn_before_the_report_and_never_after(audit: Audited) -> None:
    audit.begun().answered().noted(CRITICAL, MINOR)
    first, second = audit.findings()
    working.change_finding(first.row.id, replace(CRITICAL, text="For two weekends."), **audit.manager)
    with pytest.raises(StaleRecord):
        working.change_finding(first.row.id, CRITICAL, **audit.manager)
    with pytest.raises(BadInput, match="why this is no finding"):
        working.withdraw_finding(second.row.id, " ", **audit.manager)
    working.withdraw_finding(second.row.id, "The dates were overleaf.", **audit.manager)
    audit.noted(MINOR)
    assert [(one.row.number, one.row.text) for one in audit.findings()] == [(1, "For two weekends."), (3, MINOR.text)]
    audit.reported()
    with pytest.raises(IllegalMove, match="is signed; it is never changed"):
        working.withdraw_finding(audit.findings()[0].row.id, "x", **audit.manager)


def test_files_are_kept_with_their_digest_and_out_of_the_trail(world: World, audit: Audited) -> None:
    sent = Upload("liste.pdf", "pdf", b"%PDF-1.7 list", "The list of staff")
    key = working.add_file(audit.key, sent, **audit.site)
    with pytest.raises(BadInput, match="is kept already"):
        working.add_file(audit.key, replace(sent, name="copy.pdf"), **audit.manager)
    with pytest.raises(BadInput, match="What it shows") as refused:
        working.add_file(audit.key, replace(sent, content=b"other", shows=" "), **audit.site)
    assert refused.value.field == "shows"
    with pytest.raises(BadInput, match="larger than 10 MB"):
        working.add_file(audit.key, replace(sent, content=bytes(10 * 1024 * 1024 + 1)), **audit.site)
    with reading(audit.hospital.manager):
        assert queries.file(audit.hospital.manager, key).content == b"%PDF-1.7 list"
    [entry] = world.trail("audits.add_file")
    after: Any = entry["after"]
    assert "content" not in after
    assert len(after["sha256"]) == 64
    working.remove_file(key, "The wrong list.", **audit.site)
    with reading(audit.hospital.manager), pytest.raises(NotFound, match="taken back"):
        queries.file(audit.hospital.manager, key)


def test_the_site_answers_a_finding_once_it_is_reported(audit: Audited) -> None:
    audit.begun().answered().noted(CRITICAL)
    key = audit.findings()[0].row.root_id
    with pytest.raises(IllegalMove, match="report is not signed yet"):
        reporting.respond(key, "We agree.", seen=None, **audit.site)
    audit.reported()
    with pytest.raises(NotAllowed, match="answers for the site"):
        reporting.respond(key, "We agree.", seen=None, **audit.manager)
    with pytest.raises(BadInput, match="say what the site answers"):
        reporting.respond(key, " ", seen=None, **audit.site)
    first = reporting.respond(key, "We agree.", seen=None, **audit.site)
    with pytest.raises(StaleRecord):
        reporting.respond(key, "Again.", seen=None, **audit.site)
    reporting.respond(key, "We agree and bought an alarm.", seen=first, **audit.site)
    [line] = audit.findings()
    assert line.response is not None
    assert line.response.text == "We agree and bought an alarm."


def test_an_audit_is_moved_and_given_up_before_its_report(audit: Audited) -> None:
    planning.move(audit.key, audit.today + timedelta(30), **audit.manager)
    with pytest.raises(StaleRecord):
        planning.move(audit.key, audit.today + timedelta(31), **audit.manager)
    with pytest.raises(BadInput, match="has passed at the site"):
        planning.move(audit.row().id, audit.today - timedelta(1), **audit.manager)
    with pytest.raises(BadInput, match="why the audit is not held"):
        planning.cancel(audit.row().id, "", **audit.manager)
    planning.cancel(audit.row().id, "The ward is closed.", **audit.manager)
    assert state(audit) is AuditState.CANCELED
    with pytest.raises(IllegalMove, match="This audit was canceled"):
        planning.begin(audit.row().id, begun_on=audit.today, **audit.manager)


def test_who_may_not_is_refused_and_another_sponsor_finds_nothing(world: World, audit: Audited) -> None:
    asked = Plan(AuditFormat.REMOTE, audit.today, "Jane Doe")
    with pytest.raises(NotAllowed, match="plan and hold audits"):
        planning.plan(audit.hospital.site_id, EUROPE, asked, **audit.site)
    for stranger in (world.manager(KYMRIAH), world.hospital(EUROPE).coordinator):
        with pytest.raises(NotFound, match="no such audit"):
            planning.begin(audit.key, begun_on=audit.today, by=stranger, now=world.now)
    inspector = world.account(Role.AUDITOR, site_id=audit.hospital.site_id)
    with pytest.raises(NotAllowed):
        planning.cancel(audit.key, "No.", by=inspector, now=world.now)
    assert world.trail("audits.cancel") == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"planned_for": date(2020, 1, 1)}, "planned_for"),
        ({"auditors": " "}, "auditors"),
        ({"also": (EUROPE,)}, "also"),
    ],
)
def test_what_a_plan_lacks_is_said_at_its_field(world: World, audit: Audited, changed, field: str) -> None:
    asked = replace(Plan(AuditFormat.REMOTE, audit.today, "Jane Doe"), **changed)
    with pytest.raises(BadInput) as refused:
        planning.plan(audit.hospital.site_id, EUROPE, asked, **audit.manager)
    assert refused.value.field == field
    assert len(world.trail("audits.plan")) == 1  # that of the fixture


def test_a_program_that_asks_nothing_is_not_audited(world: World) -> None:
    audit = planned(world.hospital(KYMRIAH))
    with pytest.raises(BadInput, match="asks nothing on that day"):
        audit.begun()
