"""Which pieces of evidence serve which programs, which could serve more, and which statements differ. Pure."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from rems.certification.library import Kept, Wanted, compared, could_serve, items
from rems.core.settings import ROOT
from rems.evidence.rules import EvidenceKind
from rems.programs import files
from rems.programs.rules import (
    Ask,
    Attestation,
    Cadence,
    Confidence,
    Material,
    Party,
    Program,
    Requirement,
    Stage,
    Subject,
    TocilizumabRule,
    Version,
)

ON = date(2021, 12, 15)
SITE, NURSE, DOCTOR = (UUID(int=n) for n in (1, 2, 3))
HERE, THERE, ELSEWHERE = (UUID(int=n) for n in (11, 12, 13))
RECORDS, TRAINING, LIVE = EvidenceKind.RECORDS_KEPT, EvidenceKind.STAFF_TRAINING, EvidenceKind.LIVE_TRAINING


def asked(code: str, ask: Ask, kind: EvidenceKind, *, shareable: bool = True) -> Requirement:
    return Requirement(
        code, code, Party.HOSPITAL, Subject.SITE, Stage.BECOME_CERTIFIED, None, Cadence.ONCE, ask, kind,
        shareable=shareable,
    )  # fmt: skip


REQUIREMENTS = (
    asked("SITE-RECORDS", Ask.SITE_HAS, RECORDS),
    asked("STAFF-TRAIN", Ask.EACH_STAFF_HAS, TRAINING),
    asked("AR-LIVE", Ask.REPRESENTATIVE_HAS, LIVE, shareable=False),
)
NO_DOSES = TocilizumabRule("T", 0, None, 0, None, "", Confidence.FOUND)


def version(*requirements: Requirement, materials: tuple[Material, ...] = ()) -> Version:
    begin = date(2018, 1, 1)
    return Version("1", begin, Confidence.FOUND, None, requirements, NO_DOSES, materials=materials)


ALL = version(*REQUIREMENTS)
VERSIONS = {HERE: ALL, THERE: ALL, ELSEWHERE: ALL}
WANTED = Wanted(HERE, ALL, SITE, DOCTOR, (NURSE, DOCTOR))


def kept(
    number: int,
    program: UUID = THERE,
    kind: EvidenceKind = RECORDS,
    about: UUID = SITE,
    *,
    days: int = 100,
    until: date | None = None,
    root: int = 0,
) -> Kept:
    begun = ON - timedelta(days=days)
    return Kept(UUID(int=number), UUID(int=root or number), program, kind, about, begun, until, f"Piece {number}.")


def offered(*pieces: Kept, wanted: Wanted = WANTED) -> list[int]:
    return [piece.id.int for piece in could_serve(wanted, pieces, VERSIONS)]


def test_a_piece_and_its_shares_are_one_item() -> None:
    found = items([kept(101, days=10), kept(102), kept(103, HERE, root=102)])
    assert [(i.root_id.int, sorted(k.int for k in i.under)) for i in found] == [(101, [12]), (102, [11, 12])]


def test_what_another_program_has_and_this_one_lacks_could_serve_it() -> None:
    assert offered(kept(101), kept(102, kind=TRAINING, about=NURSE)) == [101, 102]


def test_what_this_program_has_is_not_offered_again() -> None:
    assert offered(kept(101), kept(102, HERE)) == []
    assert offered(kept(101), kept(102, HERE, root=101)) == []


def test_what_is_about_nobody_who_is_asked_is_not_offered() -> None:
    assert offered(kept(101, kind=TRAINING, about=UUID(int=99))) == []
    assert offered(kept(101, kind=TRAINING, about=SITE)) == []


def test_what_a_program_makes_for_itself_is_not_offered() -> None:
    assert offered(kept(101, kind=LIVE, about=DOCTOR)) == []


def test_a_program_that_asks_nothing_takes_nothing() -> None:
    assert offered(kept(101), wanted=Wanted(HERE, None, SITE)) == []


def test_of_several_the_one_that_lasts_longest_is_offered() -> None:
    ends = kept(101, days=1, until=ON + timedelta(days=90))
    assert offered(ends, kept(102, days=300), kept(103, ELSEWHERE, days=200)) == [103]
    assert offered(kept(102), kept(103, ELSEWHERE, root=102)) == [102]


def test_only_some_requirements_may_be_looked_at() -> None:
    pieces = [kept(101), kept(102, kind=TRAINING, about=NURSE)]
    found = could_serve(WANTED, pieces, VERSIONS, only={"STAFF-TRAIN"})
    assert [k.id.int for k in found] == [102]


def test_what_is_older_than_the_material_in_use_fills_nothing() -> None:
    renewed = Material("M", "Slides", "4", ON - timedelta(days=50), ("STAFF-TRAIN",), Confidence.FOUND)
    wanted = Wanted(HERE, version(*REQUIREMENTS, materials=(renewed,)), SITE, None, (NURSE,))
    old, new = (kept(100 + days, kind=TRAINING, about=NURSE, days=days) for days in (51, 50))
    assert offered(old, wanted=wanted) == []
    assert offered(old, new, wanted=wanted) == [150]


CATALOGUE = files.load(ROOT / "config" / "programs")
OTHER: Program = next(iter(CATALOGUE.programs.values()))


def said(code: str, text: str) -> Attestation:
    return Attestation(code, text)


ONE, TWO = said("A", "One."), said("B", "Two.")


@pytest.mark.parametrize(
    ("own", "theirs", "differ", "words"),
    [
        ([ONE, TWO], [said("A", "one "), said("C", "Two")], [], "All 2 statements are those"),
        ([ONE, TWO], [ONE], [("B", None)], "1 of 2 statements differs from"),
        ([ONE, TWO], [said("A", "One!")], [("A", "A"), ("B", None)], "2 of 2 statements differ"),
    ],
)
def test_statements_are_compared_by_their_words(
    own: list[Attestation], theirs: list[Attestation], differ: list[tuple[str, str | None]], words: str
) -> None:
    found = compared(own, [(OTHER, theirs)])
    assert found is not None
    assert [(a.code, b.code if b else None) for a, b in found.differ] == differ
    assert found.words.startswith(words)
    assert found.words.endswith(OTHER.title)


def test_the_program_with_the_fewest_differences_is_compared() -> None:
    near, far = list(CATALOGUE.programs.values())[:2]
    own = [said("A", "One."), said("B", "Two.")]
    found = compared(own, [(far, [said("A", "Other.")]), (near, own[:1])])
    assert found is not None and found.other is near


@pytest.mark.parametrize(("own", "theirs"), [([], [said("A", "One.")]), ([said("A", "One.")], [])])
def test_without_statements_on_both_sides_nothing_is_compared(
    own: list[Attestation], theirs: list[Attestation]
) -> None:
    assert compared(own, [(OTHER, theirs)]) is None
