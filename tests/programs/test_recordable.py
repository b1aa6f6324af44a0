"""No requirement that nobody could meet: each is recorded on a page, follows from another record, or is not asked."""

import pytest

from rems.access.rules import ROLES, Role
from rems.certification.mending import place_of
from rems.core.settings import ROOT
from rems.programs import files
from rems.programs.rules import Ask, EvidenceKind, Requirement
from rems.sites.rules import PROCESS_WORDS, PROCESSES

PROGRAMS = files.of_installation(ROOT / "config", demo=True).programs
FOLLOWS = {EvidenceKind.CASE_REPORT, EvidenceKind.TRACEABILITY, EvidenceKind.INFUSION}
"""Recorded with the event or the infusion itself."""

REQUIREMENTS = {r.code: r for p in PROGRAMS.values() for v in p.versions for r in v.requirements}


@pytest.mark.parametrize("asked", REQUIREMENTS.values(), ids=REQUIREMENTS)
def test_each_requirement_can_be_met_or_is_not_asked_of_the_site(asked: Requirement) -> None:
    if asked.ask not in (Ask.SPONSOR, Ask.LABEL):
        assert place_of(asked) or asked.evidence in FOLLOWS


def test_every_process_has_its_words() -> None:
    assert set(PROCESSES) == set(PROCESS_WORDS)


def test_a_stop_may_be_overridden_only_by_a_role_that_there_is() -> None:
    named = {p.local.overridden_by for p in PROGRAMS.values()} - {""}
    assert named
    assert all(Role(role) in ROLES for role in named)


def test_what_is_not_asked_of_the_site_stops_no_infusion() -> None:
    stops = [r for r in REQUIREMENTS.values() if r.stop == "legal_stop"]
    assert stops
    assert all(r.ask not in (Ask.SPONSOR, Ask.LABEL) for r in stops)
