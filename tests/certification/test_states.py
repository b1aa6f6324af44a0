"""States of a certification by table: acts, the trigger that lapses one, and what a critical audit finding does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from rems.certification import rules
from rems.certification.rules import FindingState, Handover, Piece, Representative, SiteFacts
from rems.certification.states import Act, ActKind, CertificationState, StateOn, state_on
from rems.core.settings import ROOT
from rems.programs import files
from rems.programs.rules import (
    Confidence,
    EvidenceKind,
    Local,
    Material,
    Program,
    Quantity,
    Trigger,
    TriggerEffect,
    TriggerKind,
    Unit,
)

PROGRAM = replace(files.load(ROOT / "config" / "programs").programs["US-FDA-REMS-KYMRIAH"], local=Local())
SITE, ILSE = UUID(int=1), UUID(int=2)
REASON = "The program manager said so"
CERTIFIED = Act(ActKind.CERTIFIED, date(2020, 1, 10), REASON)
SUSPENDED = Act(ActKind.SUSPENDED, date(2020, 3, 1), REASON, until_on=date(2020, 3, 31))
CHANGED = SiteFacts(
    SITE,
    representative=Representative(ILSE, "Dr. Ilse Vantongeren", date(2020, 5, 1), former="Dr. Old"),
    handovers=(Handover(date(2020, 5, 1), "Dr. Ilse Vantongeren", "Dr. Old", None),),
)
THIRTY_DAYS = Local(graces={TriggerKind.NEW_REPRESENTATIVE: Quantity(30, Unit.CALENDAR_DAYS)})


def state(acts: Sequence[Act], on: date, *, facts: SiteFacts | None = None, program: Program = PROGRAM) -> StateOn:
    facts = facts or SiteFacts(SITE)
    version = program.version_on(on)
    found = rules.findings(version, facts, on) if version else ()
    return state_on(program, version, acts, facts, found, on)


def lapsing(local: Local) -> Program:
    trigger = Trigger(
        TriggerKind.NEW_REPRESENTATIVE, "SITE-AR-CHANGE", TriggerEffect.LAPSED, None, Confidence.UNCERTAIN
    )
    versions = tuple(replace(v, triggers=(trigger,)) for v in PROGRAM.versions)
    return replace(PROGRAM, versions=versions, local=local)


@pytest.mark.parametrize(
    ("acts", "on", "expected", "may_treat"),
    [
        ([], date(2020, 1, 1), CertificationState.NOT_ENROLLED, False),
        ([Act(ActKind.SUBMITTED, date(2020, 1, 2), "")], date(2020, 1, 3), CertificationState.IN_PROGRESS, False),
        ([CERTIFIED], date(2020, 1, 9), CertificationState.NOT_ENROLLED, False),
        ([CERTIFIED], date(2020, 1, 10), CertificationState.OPEN_FINDINGS, True),
        ([CERTIFIED, SUSPENDED], date(2020, 3, 31), CertificationState.SUSPENDED, False),
        ([CERTIFIED, SUSPENDED], date(2020, 4, 1), CertificationState.OPEN_FINDINGS, True),
        (
            [CERTIFIED, Act(ActKind.DECERTIFIED, date(2020, 6, 1), REASON)],
            date(2020, 6, 1),
            CertificationState.DECERTIFIED,
            False,
        ),
        ([CERTIFIED], date(2025, 6, 26), CertificationState.CLOSED, False),
    ],
)
def test_acts_up_to_a_day_give_the_state(
    acts: list[Act], on: date, expected: CertificationState, may_treat: bool
) -> None:
    given = state(acts, on)
    assert (given.state, given.may_treat) == (expected, may_treat)


def test_a_suspension_names_its_reason_and_its_last_day() -> None:
    said = state([CERTIFIED, SUSPENDED], date(2020, 3, 2)).why
    assert said == "Suspended from 1 March 2020 until 31 March 2020: The program manager said so."


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2020, 5, 31), CertificationState.OPEN_FINDINGS),
        (date(2020, 6, 1), CertificationState.LAPSED),
    ],
)
def test_a_change_of_representative_lapses_the_day_after_the_grace(on: date, expected: CertificationState) -> None:
    assert state([CERTIFIED], on, facts=CHANGED, program=lapsing(THIRTY_DAYS)).state is expected


def test_without_an_established_grace_a_change_is_an_open_finding() -> None:
    given = state([CERTIFIED], date(2022, 1, 1), facts=CHANGED, program=lapsing(Local()))
    assert given.state is CertificationState.OPEN_FINDINGS


def test_certifying_again_ends_a_lapse() -> None:
    again = Act(ActKind.CERTIFIED, date(2020, 7, 1), REASON)
    given = state([CERTIFIED, again], date(2020, 7, 1), facts=CHANGED, program=lapsing(THIRTY_DAYS))
    assert (given.state, given.since) == (CertificationState.OPEN_FINDINGS, date(2020, 7, 1))


HANDOVER = CHANGED.handovers[0]


@pytest.mark.parametrize(
    ("handovers", "on", "expected"),
    [
        # enrolled in time: it goes on
        ([replace(HANDOVER, enrolled_on=date(2020, 5, 31))], date(2022, 1, 1), CertificationState.OPEN_FINDINGS),
        # a day too late: it stays lapsed, though all is in order now
        ([replace(HANDOVER, enrolled_on=date(2020, 6, 1))], date(2022, 1, 1), CertificationState.LAPSED),
        # the next change does not start the count of the first one anew
        (
            [HANDOVER, Handover(date(2021, 1, 1), "C", "B", date(2021, 1, 2))],
            date(2021, 1, 3),
            CertificationState.LAPSED,
        ),
        # one who came and went within the days owes nothing
        (
            [HANDOVER, Handover(date(2020, 5, 9), "C", "B", date(2020, 5, 20))],
            date(2021, 1, 3),
            CertificationState.OPEN_FINDINGS,
        ),
        # a change of before the certificate owes nothing
        ([replace(HANDOVER, since=date(2019, 5, 1))], date(2021, 1, 3), CertificationState.OPEN_FINDINGS),
    ],
)
def test_a_lapse_stays_until_the_site_is_certified_again(handovers, on: date, expected: CertificationState) -> None:
    facts = replace(CHANGED, handovers=tuple(handovers))
    given = state([CERTIFIED], on, facts=facts, program=lapsing(THIRTY_DAYS))
    assert given.state is expected
    if expected is CertificationState.LAPSED:
        assert given.since == date(2020, 6, 1)
        assert "the 30 calendar days for it ended on 31 May 2020" in given.why


def test_what_was_never_certified_is_in_progress_whatever_the_acts() -> None:
    acts = [SUSPENDED, Act(ActKind.REINSTATED, date(2020, 4, 5), REASON)]
    assert state(acts, date(2020, 5, 1)).state is CertificationState.IN_PROGRESS


@pytest.mark.parametrize(
    ("kind", "cured_by", "facts", "days"),
    [
        (
            TriggerKind.INACTIVITY,
            "SITE-RETRAIN-INACTIVE",
            SiteFacts(SITE, certified_on=date(2020, 1, 10)),
            (date(2021, 1, 20), date(2021, 1, 21)),
        ),
        (
            TriggerKind.AUDIT_FINDING,
            "SITE-AUDIT-COOPERATE",
            SiteFacts(SITE, evidence=(Piece(EvidenceKind.AUDIT_FINDING, SITE, date(2021, 2, 1), summary="No card."),)),
            (date(2021, 2, 11), date(2021, 2, 12)),
        ),
        (
            TriggerKind.NEW_MATERIAL,
            "AR-LIVE-TRAINING",
            replace(CHANGED, handovers=()),
            (date(2021, 6, 11), date(2021, 6, 12)),
        ),
    ],
)
def test_each_trigger_that_the_data_let_lapse_does_so_after_its_grace(kind, cured_by, facts, days) -> None:
    trigger = Trigger(kind, cured_by, TriggerEffect.LAPSED, Quantity(10, Unit.CALENDAR_DAYS), Confidence.UNCERTAIN)
    material = Material("M", "Slides", "edition 2", date(2021, 6, 1), ("AR-LIVE-TRAINING",), Confidence.FOUND)
    versions = tuple(replace(v, triggers=(trigger,), materials=(material,)) for v in PROGRAM.versions)
    program = replace(PROGRAM, versions=versions)
    found = [state([CERTIFIED], day, facts=facts, program=program).state for day in days]
    assert found == [CertificationState.OPEN_FINDINGS, CertificationState.LAPSED]


def test_an_open_critical_audit_finding_is_a_gap_that_names_it() -> None:
    on = date(2021, 12, 15)
    open_ = Piece(EvidenceKind.AUDIT_FINDING, SITE, date(2021, 11, 9), summary="No card for four patients.")
    version = PROGRAM.version_on(on)
    assert version is not None
    found = rules.findings(version, SiteFacts(SITE, evidence=(open_,)), on)
    one = next(f for f in found if f.requirement.code == "SITE-AUDIT-COOPERATE")
    assert (one.state, one.why) == (
        FindingState.NOT_MET,
        "1 critical audit finding open: No card for four patients.",
    )


@pytest.mark.parametrize(
    ("trained", "on", "expected"),
    [
        (date(2021, 1, 5), date(2021, 5, 31), FindingState.MET),
        (date(2021, 1, 5), date(2021, 6, 1), FindingState.NOT_MET),
        (date(2021, 6, 1), date(2021, 6, 1), FindingState.MET),
    ],
)
def test_a_new_material_makes_older_evidence_count_no_more(trained: date, on: date, expected: FindingState) -> None:
    material = Material("M", "Training slides", "edition 2", date(2021, 6, 1), ("AR-LIVE-TRAINING",), Confidence.FOUND)
    version = PROGRAM.version_on(on)
    assert version is not None
    evidence = (Piece(EvidenceKind.LIVE_TRAINING, ILSE, trained),)
    facts = replace(CHANGED, evidence=evidence)
    found = rules.findings(replace(version, materials=(material,)), facts, on)
    one = next(f for f in found if f.requirement.code == "AR-LIVE-TRAINING")
    assert one.state is expected
    assert ("Training slides, edition 2, came on 1 June 2021; what is older does not count." in one.why) is (
        expected is FindingState.NOT_MET
    )
