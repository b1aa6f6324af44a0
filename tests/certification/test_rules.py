"""Findings by table, and what holds for any facts."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from rems.certification import rules
from rems.certification.rules import FindingState, Member, Piece, Representative, SiteFacts
from rems.core.settings import ROOT
from rems.programs import files
from rems.programs.rules import Ask, EvidenceKind, Quantity, Requirement, Stage, Unit, Version
from rems.sites.rules import StaffRole

CATALOGUE = files.load(ROOT / "config" / "programs")
KYMRIAH = CATALOGUE.programs["US-FDA-REMS-KYMRIAH"]
FIRST, REDUCED = KYMRIAH.versions
ON = date(2021, 12, 15)
SITE, ILSE, TOBIAS, ANNA = (UUID(int=n) for n in (1, 2, 3, 4))
MET, NOT_MET = FindingState.MET, FindingState.NOT_MET
SOON, NOT_ASKED = FindingState.DUE_SOON, FindingState.NOT_ASKED
REP = Representative(ILSE, "Dr. Ilse Vantongeren", date(2018, 4, 2))
PEOPLE = (
    Member(ILSE, "Dr. Ilse Vantongeren", StaffRole.PHYSICIAN, date(2018, 1, 1)),
    Member(TOBIAS, "Tobias Renquist", StaffRole.NURSE, date(2021, 12, 6)),
    Member(ANNA, "Anna Berg", StaffRole.COORDINATOR, date(2018, 1, 1)),
)


def piece(kind: EvidenceKind, about: UUID = SITE, on: date = date(2021, 11, 9), **more: object) -> Piece:
    return Piece(kind, about, on, **more)  # type: ignore[arg-type]


def infusion(number: int, on: date = date(2021, 11, 9)) -> Piece:
    return piece(
        EvidenceKind.INFUSION, UUID(int=100 + number), on, label=f"HL-{number:04d}", patient_id=UUID(int=200 + number)
    )


def found(code: str, facts: SiteFacts, *, version: Version = FIRST, on: date = ON) -> tuple[FindingState, str]:
    one = next(f for f in rules.findings(version, facts, on) if f.requirement.code == code)
    return one.state, one.why


STAFF = SiteFacts(SITE, staff=PEOPLE, representative=REP)
TRAINED = piece(EvidenceKind.STAFF_TRAINING, ILSE)
FORMER = replace(REP, former="Dr. Old")


@pytest.mark.parametrize(
    ("code", "facts", "state", "why"),
    [
        ("SITE-AR-DESIGNATE", STAFF, MET, "Dr. Ilse Vantongeren, since 2 April 2018."),
        ("SITE-AR-DESIGNATE", SiteFacts(SITE), NOT_MET, "Nobody is designated on this day."),
        (
            "SITE-AR-DESIGNATE",
            SiteFacts(SITE, left="Dr. Old"),
            NOT_MET,
            "Dr. Old works at the site no more, and nobody was designated since.",
        ),
        ("SITE-TOCI-ON-SITE", SiteFacts(SITE, doses=2), MET, "2 doses on hand for 75 kg; 2 are asked for."),
        ("SITE-TOCI-ON-SITE", SiteFacts(SITE, doses=1), NOT_MET, "1 dose on hand for 75 kg; 2 are asked for."),
        (
            "AR-LIVE-TRAINING",
            STAFF,
            NOT_MET,
            "No record for Dr. Ilse Vantongeren, representative since 2 April 2018.",
        ),
        (
            "AR-LIVE-TRAINING",
            replace(STAFF, evidence=(piece(EvidenceKind.LIVE_TRAINING, ILSE, summary="Attended 11 May 2018"),)),
            MET,
            "Attended 11 May 2018.",
        ),
        (
            "AR-LIVE-TRAINING",
            replace(STAFF, evidence=(piece(EvidenceKind.LIVE_TRAINING, TOBIAS),)),
            NOT_MET,
            "No record for Dr. Ilse Vantongeren, representative since 2 April 2018.",
        ),
        ("AR-ENROLLMENT-FORM", SiteFacts(SITE), NOT_MET, "Nobody is designated on this day, so nobody has done it."),
        (
            "STAFF-TRAIN",
            replace(STAFF, evidence=(TRAINED,)),
            NOT_MET,
            "1 of 2 trained. No record for Tobias Renquist, nurse since 6 December 2021.",
        ),
        (
            "STAFF-TRAIN",
            replace(STAFF, evidence=(TRAINED, piece(EvidenceKind.STAFF_TRAINING, TOBIAS))),
            MET,
            "2 of 2 trained.",
        ),
        (
            "STAFF-TRAIN",
            replace(STAFF, evidence=(TRAINED, piece(EvidenceKind.STAFF_TRAINING, TOBIAS, until_on=date(2022, 1, 3)))),
            SOON,
            "2 of 2 trained. The first of them expires 3 January 2022.",
        ),
        (
            "STAFF-TRAIN",
            SiteFacts(SITE),
            NOT_MET,
            "Nobody who prescribes, dispenses or administers is recorded for this day.",
        ),
        (
            "SITE-PROC-NEW-STAFF",
            SiteFacts(SITE, evidence=(piece(EvidenceKind.PROCEDURE_NEW_STAFF, summary="SOP HL-CT-012, version 3."),)),
            MET,
            "SOP HL-CT-012, version 3.",
        ),
        (
            "SITE-PROC-NEW-STAFF",
            SiteFacts(SITE, evidence=(piece(EvidenceKind.PROCEDURE_NEW_STAFF, until_on=date(2022, 1, 14)),)),
            SOON,
            "Since 9 November 2021. In force until 14 January 2022.",
        ),
        ("SITE-PROC-NEW-STAFF", SiteFacts(SITE), NOT_MET, "No record is in force on this day."),
        ("INF-VERIFY-TOCI", SiteFacts(SITE), NOT_ASKED, "No infusion in the 365 days before."),
        (
            "INF-VERIFY-TOCI",
            SiteFacts(SITE, evidence=(infusion(1), piece(EvidenceKind.TOCILIZUMAB_VERIFIED, UUID(int=101)))),
            MET,
            "1 infusion in the 365 days before, verified.",
        ),
        (
            "INF-VERIFY-TOCI",
            SiteFacts(
                SITE, evidence=(infusion(1), infusion(2), piece(EvidenceKind.TOCILIZUMAB_VERIFIED, UUID(int=101)))
            ),
            NOT_MET,
            "2 infusions in the 365 days before, 1 of them verified. "
            "No verification for HL-0002, infused 9 November 2021.",
        ),
        (
            "INF-VERIFY-TOCI",
            SiteFacts(SITE, evidence=(infusion(1, on=ON - timedelta(365)),)),
            NOT_ASKED,
            "No infusion in the 365 days before.",
        ),
        (
            "INF-VERIFY-TOCI",
            SiteFacts(SITE, evidence=(infusion(1),), asked_since={"INF-VERIFY-TOCI": date(2021, 11, 10)}),
            NOT_ASKED,
            "No infusion in the 365 days before.",
        ),
        (
            "PAT-WALLET-CARD",
            SiteFacts(SITE, evidence=(infusion(1),)),
            NOT_MET,
            "1 infused patient in the 365 days before, none of them given the wallet card. "
            "No wallet card for HL-0001, infused 9 November 2021.",
        ),
        (
            "PAT-WALLET-CARD",
            SiteFacts(SITE, evidence=(infusion(1), piece(EvidenceKind.WALLET_CARD, UUID(int=201)))),
            MET,
            "1 infused patient in the 365 days before, given the wallet card.",
        ),
        ("PAT-WALLET-CARD", SiteFacts(SITE), NOT_ASKED, "No infused patient in the 365 days before."),
        ("AE-REPORT-PROGRAM", SiteFacts(SITE), NOT_ASKED, "No such event is known in the 365 days before."),
        (
            "AE-REPORT-PROGRAM",
            SiteFacts(SITE, evidence=tuple(piece(EvidenceKind.CASE_REPORT, UUID(int=n)) for n in (7, 8))),
            MET,
            "2 such events in the 365 days before; both were reported.",
        ),
        ("SITE-AR-CHANGE", STAFF, NOT_ASKED, "Same representative since 2 April 2018."),
        (
            "SITE-AR-CHANGE",
            SiteFacts(SITE, representative=FORMER),
            NOT_MET,
            "Dr. Ilse Vantongeren followed Dr. Old on 2 April 2018; the new enrollment form is missing.",
        ),
        (
            "SITE-AR-CHANGE",
            SiteFacts(SITE, representative=FORMER, evidence=(piece(EvidenceKind.ENROLLMENT_FORM, ILSE),)),
            MET,
            "Dr. Ilse Vantongeren followed Dr. Old on 2 April 2018 and enrolled 9 November 2021.",
        ),
        ("SITE-AR-CHANGE", SiteFacts(SITE), NOT_ASKED, "Nobody is designated on this day."),
        ("SITE-AUDIT-COOPERATE", SiteFacts(SITE), NOT_ASKED, "Nothing is recorded that would ask for it."),
        (
            "SITE-AUDIT-COOPERATE",
            SiteFacts(SITE, evidence=(piece(EvidenceKind.AUDIT, summary="Audit of 3 March 2021: 1 minor finding"),)),
            MET,
            "Audit of 3 March 2021: 1 minor finding.",
        ),
        ("SPONSOR-AUDIT", STAFF, NOT_ASKED, "The sponsor's duty; it is not asked of the site."),
    ],
)  # fmt: skip
def test_each_requirement_is_answered_with_the_fact_that_decides_it(
    code: str, facts: SiteFacts, state: FindingState, why: str
) -> None:
    assert found(code, facts) == (state, why)


CERTIFIED, MARCH = date(2018, 6, 4), date(2019, 3, 1)
NEVER, LAST = "No infusion since the certification on 4 June 2018", "Last infusion on 1 March 2019"


@pytest.mark.parametrize(
    ("infused", "retrained", "on", "state", "why"),
    [
        (None, None, date(2019, 1, 4), NOT_ASKED, f"{NEVER}, 214 days before; asked after 12 months."),
        (None, None, date(2019, 5, 20), SOON, f"{NEVER}, 350 days before; retraining is asked from 4 June 2019."),
        (None, None, date(2019, 6, 4), NOT_MET,
         f"{NEVER}, 365 days before; retraining has been asked since 4 June 2019, none is recorded."),
        (MARCH, None, date(2019, 6, 4), NOT_ASKED, f"{LAST}, 95 days before; asked after 12 months."),
        (MARCH, date(2019, 2, 1), date(2020, 3, 1), NOT_MET,
         f"{LAST}, 366 days before; retraining has been asked since 1 March 2020, none is recorded."),
        (MARCH, date(2020, 4, 1), date(2020, 5, 1), MET, f"{LAST}, 427 days before; staff retrained 1 April 2020."),
        (MARCH, date(2020, 4, 1), date(2021, 3, 20), SOON, f"{LAST}, 750 days before; staff retrained 1 April 2020."),
        (MARCH, date(2020, 4, 1), date(2021, 4, 1), NOT_MET,
         f"{LAST}, 762 days before; staff retrained 1 April 2020, asked again since 1 April 2021."),
    ],
)  # fmt: skip
def test_a_pause_asks_for_retraining_by_the_limit_of_the_requirement(
    infused: date | None, retrained: date | None, on: date, state: FindingState, why: str
) -> None:
    evidence = (piece(EvidenceKind.RETRAINING, on=retrained),) if retrained else ()
    facts = SiteFacts(SITE, evidence=evidence, certified_on=CERTIFIED, last_infused_on=infused)
    assert found("SITE-RETRAIN-INACTIVE", facts, on=on) == (state, why)


def with_parameters(version: Version, code: str, **parameters: object) -> Version:
    changed = tuple(
        replace(r, parameters=parameters) if r.code == code else r  # type: ignore[arg-type]
        for r in version.requirements
    )
    return replace(version, requirements=changed)


def test_another_limit_in_the_data_gives_another_answer() -> None:
    facts = SiteFacts(SITE, certified_on=CERTIFIED)
    short = with_parameters(FIRST, "SITE-RETRAIN-INACTIVE", inactivity_limit=Quantity(3, Unit.MONTHS))
    assert found("SITE-RETRAIN-INACTIVE", facts, version=short, on=date(2018, 10, 1))[0] is NOT_MET
    assert found("SITE-RETRAIN-INACTIVE", facts, on=date(2018, 10, 1))[0] is NOT_ASKED


@pytest.mark.parametrize("limit", [None, Quantity(8, Unit.HOURS), "a year"])
def test_a_limit_that_is_not_established_asks_nothing(limit: object) -> None:
    facts = SiteFacts(SITE, certified_on=CERTIFIED)
    version = with_parameters(FIRST, "SITE-RETRAIN-INACTIVE", inactivity_limit=limit)
    answer = found("SITE-RETRAIN-INACTIVE", facts, version=version, on=date(2025, 1, 1))
    assert answer == (NOT_ASKED, "No limit of inactivity is established.")


def test_many_missing_people_are_counted_and_only_the_first_are_named() -> None:
    crowd = tuple(Member(UUID(int=n), f"Nurse {n}", StaffRole.NURSE, date(2020, 1, 1)) for n in range(10, 15))
    state, why = found("STAFF-TRAIN", SiteFacts(SITE, staff=crowd))
    assert state is NOT_MET
    assert why.startswith("0 of 5 trained. No record for Nurse 10, nurse since 1 January 2020; Nurse 11")
    assert why.endswith("; and 2 more.")


def test_no_stock_is_asked_for_where_the_rule_of_the_version_has_no_dose() -> None:
    label = CATALOGUE.programs["US-FDA-LABEL-CART-2025"].versions[0]
    stocked = next(r for r in FIRST.requirements if r.ask is Ask.DOSES_ON_SITE)
    version = replace(label, requirements=(stocked,))
    answer = found(stocked.code, SiteFacts(SITE), version=version)
    assert answer == (NOT_ASKED, "No stock of tocilizumab is a condition on this day.")


def test_a_duty_that_goes_on_is_asked_since_the_version_that_began_it() -> None:
    since = rules.asked_since(KYMRIAH, REDUCED)
    assert since["SITE-TOCI-ON-SITE"] == FIRST.effective_from
    new = replace(FIRST.requirements[0], code="NEW-DUTY")
    changed = replace(REDUCED, requirements=(*REDUCED.requirements, new))
    assert rules.asked_since(KYMRIAH, changed)["NEW-DUTY"] == REDUCED.effective_from


def test_labeling_alone_asks_for_no_certification() -> None:
    assert not rules.asks_for_certification(CATALOGUE.programs["US-FDA-LABEL-CART-2025"].versions[0])
    assert all(rules.asks_for_certification(v) for v in KYMRIAH.versions)


def test_the_sum_of_findings_reads_as_a_sentence() -> None:
    said = rules.counted(rules.findings(FIRST, replace(STAFF, doses=2), ON))
    assert said == "Of 19 requirements 2 are met, 8 have a gap and 9 are not asked."


def test_every_way_of_asking_has_a_rule() -> None:
    asked = replace(FIRST.requirements[0], evidence=EvidenceKind.AUDIT)
    for ask in Ask:
        version = replace(FIRST, requirements=(replace(asked, ask=ask),))
        assert len(rules.findings(version, SiteFacts(SITE), ON)) == 1


def test_no_program_is_named_in_the_code() -> None:
    folder = ROOT / "rems" / "certification"
    text = "".join(p.read_text("utf-8") for p in folder.glob("*.py"))
    assert not [code for code in CATALOGUE.programs if code in text]
    asked: list[Requirement] = [r for p in CATALOGUE.programs.values() for v in p.versions for r in v.requirements]
    assert not {r.code for r in asked if r.code in text}
    assert Stage.BECOME_CERTIFIED in {r.stage for r in asked}
