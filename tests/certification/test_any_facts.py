"""What holds for findings of any facts on any day."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from rems.certification import rules
from rems.certification.rules import FindingState, Member, Piece, Representative, SiteFacts
from rems.core.settings import ROOT
from rems.programs import files
from rems.programs.rules import EvidenceKind, Version
from rems.sites.rules import StaffRole

CATALOGUE = files.load(ROOT / "config" / "programs")
SITE, ILSE, TOBIAS, ANNA = (UUID(int=n) for n in (1, 2, 3, 4))
REP = Representative(ILSE, "Dr. Ilse Vantongeren", date(2018, 4, 2))
FORMER = replace(REP, former="Dr. Old")
PEOPLE = (
    Member(ILSE, "Dr. Ilse Vantongeren", StaffRole.PHYSICIAN, date(2018, 1, 1)),
    Member(TOBIAS, "Tobias Renquist", StaffRole.NURSE, date(2021, 12, 6)),
    Member(ANNA, "Anna Berg", StaffRole.COORDINATOR, date(2018, 1, 1)),
)
SUBJECTS = st.sampled_from([SITE, ILSE, TOBIAS, ANNA, *(UUID(int=n) for n in (101, 102, 201, 202))])
DAYS = st.dates(date(2017, 1, 1), date(2027, 1, 1))
KINDS = st.sampled_from([k for k in EvidenceKind if k is not EvidenceKind.INFUSION])


@st.composite
def evidence(draw: st.DrawFn, on: date) -> Piece:
    """Something in force on the day: begun by then, not ended before."""
    begun = draw(st.dates(on - timedelta(900), on))
    ends = draw(st.none() | st.dates(on, on + timedelta(400)))
    return Piece(draw(KINDS), draw(SUBJECTS), begun, ends, draw(st.sampled_from(["", "SOP 1"])))


def given_on(number: int, on: date) -> Piece:
    patient = UUID(int=200 + number)
    return Piece(EvidenceKind.INFUSION, UUID(int=100 + number), on, label=f"HL-{number:04d}", patient_id=patient)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Version, SiteFacts, date, list[Piece]]:
    """A version, facts of any day, and further evidence."""
    on = draw(DAYS)
    version = draw(st.sampled_from([v for p in CATALOGUE.programs.values() for v in p.versions]))
    pieces = draw(st.lists(evidence(on), max_size=12))
    given_ = [given_on(n, on - timedelta(draw(st.integers(0, 400)))) for n in draw(st.sets(st.integers(1, 2)))]
    facts = SiteFacts(
        SITE,
        evidence=(*pieces, *given_),
        staff=tuple(draw(st.sets(st.sampled_from(PEOPLE)))),
        representative=draw(st.none() | st.sampled_from([REP, FORMER])),
        doses=draw(st.integers(0, 3)),
        certified_on=draw(st.none() | st.dates(on - timedelta(900), on)),
        last_infused_on=max((i.holds_on for i in given_), default=None),
    )
    return version, facts, on, draw(st.lists(evidence(on), max_size=6))


@given(situations())
def test_any_day_gives_exactly_one_finding_per_requirement_and_each_says_why(
    situation: tuple[Version, SiteFacts, date, list[Piece]],
) -> None:
    version, facts, on, _ = situation
    all_ = rules.findings(version, facts, on)
    assert [f.requirement for f in all_] == list(version.requirements)
    assert all(f.why.endswith(".") and f.why[0].isupper() or f.why[0].isdigit() for f in all_)
    assert {f.requirement.code for f in rules.gaps(all_)} == {
        f.requirement.code for f in all_ if f.state is FindingState.NOT_MET
    }
    assert not any(f.met and f.gap for f in all_)


@given(situations())
def test_more_evidence_but_for_an_audit_finding_never_turns_met_into_not_met(
    situation: tuple[Version, SiteFacts, date, list[Piece]],
) -> None:
    version, facts, on, more = situation
    in_favor = [p for p in more if p.kind is not EvidenceKind.AUDIT_FINDING]
    richer = replace(facts, evidence=(*facts.evidence, *in_favor))
    for before, after in zip(rules.findings(version, facts, on), rules.findings(version, richer, on), strict=True):
        assert not (after.gap and not before.gap), (before, after)


@given(situations(), st.randoms())
def test_the_order_of_the_evidence_does_not_matter(
    situation: tuple[Version, SiteFacts, date, list[Piece]], random: object
) -> None:
    version, facts, on, _ = situation
    mixed = list(facts.evidence)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    other = replace(facts, evidence=tuple(mixed))
    states = [f.state for f in rules.findings(version, facts, on)]
    assert [f.state for f in rules.findings(version, other, on)] == states
