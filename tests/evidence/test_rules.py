"""Which other programs a piece of evidence may serve."""

from datetime import date

import pytest

from rems.evidence.rules import EvidenceKind, serves, why_not
from rems.programs.rules import Ask, Cadence, Confidence, Party, Requirement, Stage, Subject, TocilizumabRule, Version


def asking(kind: EvidenceKind, *, shareable: bool) -> Version:
    requirement = Requirement(
        "R-1",
        "A duty",
        Party.HOSPITAL,
        Subject.SITE,
        Stage.BECOME_CERTIFIED,
        None,
        Cadence.ONCE,
        Ask.SITE_HAS,
        kind,
        shareable=shareable,
    )
    none = TocilizumabRule("T", 0, None, 0, None, "", Confidence.FOUND)
    return Version("1", date(2020, 1, 1), Confidence.FOUND, None, (requirement,), none)


RECORDS, AUDIT = EvidenceKind.RECORDS_KEPT, EvidenceKind.AUDIT


@pytest.mark.parametrize(
    ("given", "wanted", "why"),
    [
        (asking(RECORDS, shareable=True), asking(RECORDS, shareable=True), ""),
        (asking(AUDIT, shareable=True), asking(RECORDS, shareable=True), ""),
        (None, asking(RECORDS, shareable=True), ""),
        (asking(RECORDS, shareable=True), None, "asks nothing on this day."),
        (asking(RECORDS, shareable=True), asking(AUDIT, shareable=True), "does not ask for it."),
        (asking(RECORDS, shareable=True), asking(RECORDS, shareable=False), "asks for its own."),
        (
            asking(RECORDS, shareable=False),
            asking(RECORDS, shareable=True),
            "cannot take what was made for another program alone.",
        ),
    ],
)
def test_evidence_serves_another_program_when_that_asks_for_it_and_both_let_it_go(
    given: Version | None, wanted: Version | None, why: str
) -> None:
    assert why_not(RECORDS, given=given, wanted=wanted) == why
    assert serves(RECORDS, given=given, wanted=wanted) is (why == "")
