"""A piece of evidence put under a further program: what happens to the piece happens to its shares."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from rems.core.db import reading, transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.lens import Lens
from rems.evidence import queries, steps
from rems.evidence.models import Evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, World

ON = date(2021, 12, 15)


class Shelf:
    """A site in three programs, and one piece of evidence under the first."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital, self.site_id = hospital, hospital.site_id
        for code in (KYMRIAH, LABEL):
            sites.enter(self.site_id, code, by=hospital.coordinator, now=hospital.world.now)
        self.actor = hospital.world.actor(hospital.coordinator.id)  # type: ignore[arg-type]
        with reading(self.actor):
            self.keys = {code: programs.key(code) for code in (EUROPE, KYMRIAH, LABEL)}
        self.first = self.append()

    def append(self, **more: object) -> UUID:
        said = {"subject_kind": SubjectKind.SITE, "subject_id": self.site_id, "summary": "SOP 12, version 3."}
        with transaction(self.actor, "test.append", at=self.hospital.world.now):
            row = steps.append(
                EvidenceKind.RECORDS_KEPT,
                site_id=self.site_id,
                program_id=self.keys[EUROPE],
                source_table="site",
                source_id=self.site_id,
                **{"holds_on": ON, **said, **more},  # type: ignore[arg-type]
            )
        return row.id

    def put(self, piece: UUID, code: str) -> UUID:
        with transaction(self.actor, "test.share", at=self.hospital.world.now) as session:
            return steps.put_under(session.get(Evidence, piece), self.keys[code], title=code).id

    def take_back(self, piece: UUID) -> None:
        with transaction(self.actor, "test.take_back", at=self.hospital.world.now) as session:
            steps.take_back(session.get(Evidence, piece))

    def under(self, code: str, lens: Lens | None = None) -> list[str]:
        with reading(self.actor):
            return [e.summary for e in queries.in_force(self.site_id, self.keys[code], lens or Lens(ON))]


@pytest.fixture
def shelf(world: World) -> Shelf:
    return Shelf(world.hospital(EUROPE))


def test_a_piece_serves_every_program_that_it_is_put_under(shelf: Shelf) -> None:
    shelf.put(shelf.first, KYMRIAH)
    assert [shelf.under(code) for code in (EUROPE, KYMRIAH, LABEL)] == [["SOP 12, version 3."]] * 2 + [[]]


def test_a_share_of_a_share_comes_from_the_same_piece(shelf: Shelf) -> None:
    share = shelf.put(shelf.first, KYMRIAH)
    shelf.put(share, LABEL)
    with reading(shelf.actor):
        assert {e.root_id for e in queries.library(shelf.site_id, Lens(ON))} == {shelf.first}


@pytest.mark.parametrize("code", [EUROPE, KYMRIAH])
def test_a_piece_is_put_under_a_program_once(shelf: Shelf, code: str) -> None:
    shelf.put(shelf.first, KYMRIAH)
    with pytest.raises(BadInput, match="This stands under .* already: SOP 12, version 3"):
        shelf.put(shelf.first, code)


def test_a_correction_reaches_every_program(shelf: Shelf) -> None:
    shelf.put(shelf.first, KYMRIAH)
    before = settled()[0]
    shelf.append(summary="SOP 12, version 4.", supersedes_id=shelf.first)
    assert [shelf.under(code) for code in (EUROPE, KYMRIAH)] == [["SOP 12, version 4."]] * 2
    assert shelf.under(KYMRIAH, Lens(ON, before)) == ["SOP 12, version 3."]


def test_a_correction_of_a_correction_reaches_every_program_too(shelf: Shelf) -> None:
    shelf.put(shelf.first, KYMRIAH)
    second = shelf.append(summary="SOP 12, version 4.", supersedes_id=shelf.first)
    shelf.append(summary="SOP 12, version 5.", supersedes_id=second)
    assert [shelf.under(code) for code in (EUROPE, KYMRIAH)] == [["SOP 12, version 5."]] * 2


def test_a_piece_taken_back_serves_nothing(shelf: Shelf) -> None:
    shelf.put(shelf.first, KYMRIAH)
    shelf.take_back(shelf.first)
    assert [shelf.under(code) for code in (EUROPE, KYMRIAH)] == [[], []]


def test_a_piece_taken_back_by_a_void_correction_serves_nothing(shelf: Shelf) -> None:
    shelf.put(shelf.first, KYMRIAH)
    shelf.append(supersedes_id=shelf.first, void=True)
    assert [shelf.under(code) for code in (EUROPE, KYMRIAH)] == [[], []]


def test_a_share_taken_back_leaves_the_piece_and_may_be_put_again(shelf: Shelf) -> None:
    shelf.take_back(shelf.put(shelf.first, KYMRIAH))
    assert [len(shelf.under(code)) for code in (EUROPE, KYMRIAH)] == [1, 0]
    shelf.put(shelf.first, KYMRIAH)
    assert len(shelf.under(KYMRIAH)) == 1


def test_what_was_corrected_meanwhile_is_not_shared(shelf: Shelf) -> None:
    shelf.append(summary="SOP 12, version 4.", supersedes_id=shelf.first)
    with pytest.raises(StaleRecord, match="corrected or taken back since you opened the page"):
        shelf.put(shelf.first, KYMRIAH)


def test_what_is_about_a_patient_serves_one_program(shelf: Shelf) -> None:
    piece = shelf.append(subject_kind=SubjectKind.PATIENT, subject_id=uuid4())
    with pytest.raises(BadInput, match="serves the program of that patient alone"):
        shelf.put(piece, KYMRIAH)


def test_sharing_and_taking_back_need_an_open_transaction(shelf: Shelf) -> None:
    with reading(shelf.actor):
        [row] = queries.pieces(shelf.site_id, [shelf.first])
    for step in (lambda: steps.put_under(row, uuid4(), title="x"), lambda: steps.take_back(row)):
        with pytest.raises(RuntimeError, match="must be called inside a transaction"):
            step()


def test_a_sponsor_sees_what_was_put_under_its_program_alone(shelf: Shelf, world: World) -> None:
    """The share, not the piece it was made from, nor a piece of another program."""
    share = shelf.put(shelf.first, KYMRIAH)
    shelf.append(summary="SOP 99, for Europe alone.")
    with reading(world.manager(KYMRIAH)):
        assert [e.id for e in queries.library(shelf.site_id, Lens(ON))] == [share]
        assert queries.pieces(shelf.site_id, [shelf.first]) == []
