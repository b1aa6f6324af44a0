"""One audit for several programs: planned so by their manager, or given by the site, redacted, and accepted."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from rems.access import actions as access
from rems.access.rules import Role
from rems.compliance import queries as compliance
from rems.compliance.audits import due, listing, planning, queries, sharing
from rems.compliance.audits.models import AuditShare
from rems.compliance.audits.rules import WITHHELD
from rems.compliance.models import Deviation
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from tests.compliance.audited import CRITICAL, MINOR, Audited, planned
from tests.factories import ADMIN, EUROPE, KYMRIAH, Hospital, World
from tests.sharing import taking_from_each_other
from tests.working import work


@pytest.fixture
def both(app: Flask) -> Iterator[None]:
    with taking_from_each_other(app):
        yield


@pytest.fixture
def hospital(world: World, both: None) -> Hospital:
    """A site under two programs."""
    found = world.hospital(EUROPE)
    sites.enter(found.site_id, KYMRIAH, by=found.coordinator, now=world.now)
    return found


@pytest.fixture
def other(world: World, hospital: Hospital) -> Actor:
    """The manager of the other program alone."""
    return world.manager(KYMRIAH)


@pytest.fixture
def audit(world: World, hospital: Hospital) -> Audited:
    """Reported, with a critical and a minor finding; the site's coordinator sees both programs."""
    return Audited(
        Hospital(**{**vars(hospital), "coordinator": world.actor(key_of(hospital.coordinator))}),
        planned(hospital).begun().answered().noted(CRITICAL, MINOR).reported().key,
    )


def key_of(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def shown(actor: Actor) -> list[AuditShare]:
    with reading(actor):
        found = [one.row for one in listing.given(actor, Lens(date(2100, 1, 1)))]
        db.session.expunge_all()
        return found


def counted(actor: Actor, code: str, kind: EvidenceKind) -> list[str]:
    with reading(actor):
        query = facts(Evidence).where(Evidence.kind == kind, Evidence.program_id == programs.key(code))
        return [r.summary for r in db.session.scalars(query) if r.until_on is None]


def test_the_site_gives_a_report_and_its_other_sponsor_sees_what_is_not_withheld(
    audit: Audited, other: Actor, world: World
) -> None:
    with reading(other), pytest.raises(NotFound):
        queries.audit(other, audit.key)
    key = sharing.share(audit.key, KYMRIAH, {"program", "auditors", "finding:2"}, **audit.site)
    [given] = shown(other)
    assert given.root_id == key
    assert (given.content["program"], given.content["auditors"]) == (WITHHELD, WITHHELD)
    assert [f["text"] for f in given.content["findings"]] == [CRITICAL.text, WITHHELD]
    assert len(given.digest) == 64
    with reading(other):
        with pytest.raises(NotFound):
            queries.audit(other, audit.key)
        assert compliance.deviations_of(other, [audit.hospital.scope_id], Lens(world.today)) == []
        assert db.session.scalars(facts(Deviation)).all() == []


def test_an_accepted_report_counts_and_its_critical_finding_ends_when_it_is_closed(
    app: Flask, audit: Audited, other: Actor, world: World, where
) -> None:
    key = sharing.share(audit.key, KYMRIAH, (), **audit.site)
    said: dict[str, Any] = {"by": other, "now": world.now}
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT_FINDING) == []
    sharing.accept(key, accepted_on=world.today, note="Serves us too.", **said)
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT_FINDING) == [CRITICAL.text]
    assert len(counted(other, KYMRIAH, EvidenceKind.AUDIT)) == 1
    with pytest.raises(IllegalMove, match="decided already"):
        sharing.decline(shown(other)[0].id, "No.", **said)
    with pytest.raises(IllegalMove, match="has accepted this report"):
        sharing.take_back(shown(other)[0].id, "Error", **audit.site)
    narrow = Audited(Hospital(**{**vars(audit.hospital), "coordinator": audit.hospital.manager}), audit.key)
    narrow.corrected(1)  # by the manager of the first program, who does not see the second
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT_FINDING) == [CRITICAL.text]
    work(app, where.app)
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT_FINDING) == []


def test_a_withheld_critical_finding_stands_against_nobody(audit: Audited, other: Actor, world: World) -> None:
    key = sharing.share(audit.key, KYMRIAH, {"finding:1"}, **audit.site)
    sharing.accept(key, accepted_on=world.today, note="", by=other, now=world.now)
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT_FINDING) == []


def test_a_declined_report_says_why_and_counts_as_nothing(audit: Audited, other: Actor, world: World) -> None:
    key = sharing.share(audit.key, KYMRIAH, (), **audit.site)
    with pytest.raises(BadInput, match="say what it lacks"):
        sharing.decline(key, " ", by=other, now=world.now)
    with pytest.raises(NotAllowed):
        sharing.decline(key, "x", **audit.site)
    sharing.decline(key, "It did not look at training.", by=other, now=world.now)
    [given] = shown(other)
    assert (given.note, given.accepted_on) == ("It did not look at training.", None)
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT) == []


def test_only_the_site_shares_and_only_what_is_signed_once_and_elsewhere(
    hospital: Hospital, audit: Audited, world: World
) -> None:
    with pytest.raises(NotAllowed, match="answers for the site"):
        sharing.share(audit.key, KYMRIAH, (), **audit.manager)
    fresh = planned(hospital).begun()
    with pytest.raises(IllegalMove, match="not signed is not shared"):
        sharing.share(fresh.key, KYMRIAH, (), **audit.site)
    with pytest.raises(BadInput, match="held for this program; choose another"):
        sharing.share(audit.key, EUROPE, (), **audit.site)
    with pytest.raises(BadInput, match="is no part of this report"):
        sharing.share(audit.key, KYMRIAH, {"finding:9"}, **audit.site)
    first = sharing.share(audit.key, KYMRIAH, (), **audit.site)
    with pytest.raises(BadInput, match="has this report already"):
        sharing.share(audit.key, KYMRIAH, (), **audit.site)
    with pytest.raises(BadInput, match="why the report is taken back"):
        sharing.take_back(first, "", **audit.site)
    sharing.take_back(first, "Wrong one.", **audit.site)
    sharing.share(audit.key, KYMRIAH, {"auditors"}, **audit.site)
    assert len(world.trail("audits.share")) == 2


def test_an_audit_planned_for_two_programs_serves_both(app: Flask, hospital: Hospital, world: World, where) -> None:
    both = of_both(world)
    joint = planned(Hospital(**{**vars(hospital), "manager": both}), also=(KYMRIAH,))
    other = world.manager(KYMRIAH)
    [given] = shown(other)
    assert (given.held_on, given.content) == (None, {})
    with pytest.raises(IllegalMove, match="has no report yet"):
        sharing.accept(given.id, accepted_on=world.today, note="", by=other, now=world.now)
    planning.move(joint.key, world.today + timedelta(3), by=hospital.manager, now=world.now)  # sees the first alone
    assert shown(other)[0].planned_for == world.today
    work(app, where.app)
    assert shown(other)[0].planned_for == world.today + timedelta(3)
    joint.begun()
    assert set(joint.row().program_versions) == {EUROPE, KYMRIAH}
    joint.answered().noted(CRITICAL).reported()
    [given] = shown(other)
    assert (given.accepted_on, given.content["program"]) == (world.today, EUROPE)
    assert counted(other, KYMRIAH, EvidenceKind.AUDIT_FINDING) == [CRITICAL.text]
    assert [d.last_held_on for d in held(other, world)] == []  # the site is not certified there
    with pytest.raises(StaleRecord):
        sharing.decline(given.root_id, "x", by=other, now=world.now)


def of_both(world: World) -> Actor:
    """Somebody who manages both programs."""
    one = world.manager(EUROPE)
    with reading(one):
        second = programs.key(KYMRIAH)
    said: dict[str, Any] = {"from_on": date(2015, 1, 1), "by": ADMIN, "now": world.now}
    access.grant(key_of(one), Role.PROGRAM_MANAGER, site_id=None, program_id=second, **said)
    return world.actor(key_of(one))


def held(actor: Actor, world: World) -> list[due.Due]:
    with reading(actor):
        return due.due(actor, Lens(world.today))


def test_an_audit_that_is_given_up_is_given_up_for_every_program(hospital: Hospital, world: World) -> None:
    both = of_both(world)
    joint = planned(Hospital(**{**vars(hospital), "manager": both}), also=(KYMRIAH,))
    other = world.manager(KYMRIAH)
    planning.cancel(joint.key, "Not now.", by=both, now=world.now)
    assert shown(other) == []
