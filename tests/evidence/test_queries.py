"""Evidence in force on a day, for one program, about one kind of subject."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from rems.core.db import reading, transaction
from rems.core.lens import Lens
from rems.evidence import queries, steps
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from tests.factories import EUROPE, KYMRIAH, Hospital, World

ON = date(2021, 12, 15)


class Kept:
    """Appends evidence to one site, and looks at it as its coordinator."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        with reading(hospital.coordinator):
            self.europe, self.kymriah = programs.key(EUROPE), programs.key(KYMRIAH)

    def append(self, kind: EvidenceKind, on: date, **more: object) -> UUID:
        given = {"program_id": self.europe, "subject_kind": SubjectKind.SITE, "subject_id": self.hospital.site_id}
        site_id = self.hospital.site_id
        with transaction(self.hospital.coordinator, "test.append", at=self.hospital.world.now):
            row = steps.append(
                kind,
                site_id=site_id,
                holds_on=on,
                summary="A fact.",
                source_table="site",
                source_id=site_id,
                **{**given, **more},
            )
        return row.id

    def infusion(self, on: date, patient_id: UUID) -> UUID:
        key = uuid4()
        about = {"subject_kind": SubjectKind.INFUSION, "subject_id": key}
        self.append(EvidenceKind.INFUSION, on, detail={"patient_id": str(patient_id), "number": "HL-1"}, **about)
        return key

    def in_force(self, on: date = ON) -> list[UUID]:
        with reading(self.hospital.coordinator):
            return [e.id for e in queries.in_force(self.hospital.site_id, self.europe, Lens(on))]

    def year(self, on: date = ON) -> list[str]:
        with reading(self.hospital.coordinator):
            place = ([self.hospital.site_id], [self.europe])
            happened = queries.year_of(*place, Lens(on))
            return [e.kind for e in [*happened, *queries.about_of(*place, happened, Lens(on))]]


@pytest.fixture
def kept(world: World) -> Kept:
    return Kept(world.hospital(EUROPE))


@pytest.mark.parametrize(
    ("day", "found"),
    [(date(2021, 2, 28), 0), (date(2021, 3, 1), 1), (date(2021, 12, 31), 1), (date(2022, 1, 1), 0)],
)
def test_evidence_holds_from_its_day_to_its_last_day(kept: Kept, day: date, found: int) -> None:
    kept.append(EvidenceKind.RECORDS_KEPT, date(2021, 3, 1), until_on=date(2021, 12, 31))
    assert len(kept.in_force(day)) == found


def test_evidence_of_another_program_serves_nothing(kept: Kept) -> None:
    sites.enter(kept.hospital.site_id, KYMRIAH, by=kept.hospital.coordinator, now=kept.hospital.world.now)
    kept.append(EvidenceKind.RECORDS_KEPT, ON, program_id=kept.kymriah)
    assert kept.in_force() == []


def test_evidence_stands_under_a_program(kept: Kept) -> None:
    with pytest.raises(IntegrityError, match="serves_a_program"):
        kept.append(EvidenceKind.RECORDS_KEPT, ON, program_id=None)


def test_a_correction_takes_the_place_of_what_it_corrects(kept: Kept) -> None:
    first = kept.append(EvidenceKind.RECORDS_KEPT, ON)
    assert kept.in_force() == [first]
    second = kept.append(EvidenceKind.RECORDS_KEPT, date(2021, 11, 1), supersedes_id=first)
    assert kept.in_force() == [second]


def test_infusions_count_for_365_days_and_bring_what_is_known_of_them_and_their_patients(kept: Kept) -> None:
    patient, other = uuid4(), uuid4()
    given = kept.infusion(date(2021, 11, 9), patient)
    kept.infusion(date(2020, 12, 15), other)
    card = {"subject_kind": SubjectKind.PATIENT}
    kept.append(EvidenceKind.ALERT_CARD, date(2020, 6, 1), subject_id=patient, **card)
    kept.append(EvidenceKind.ALERT_CARD, date(2020, 6, 1), subject_id=other, **card)
    kept.append(EvidenceKind.TRACEABILITY, date(2021, 11, 9), subject_kind=SubjectKind.INFUSION, subject_id=given)
    assert sorted(kept.year()) == ["alert-card", "infusion", "traceability"]
    assert sorted(kept.year(date(2020, 12, 31))) == ["alert-card", "infusion"]
    assert kept.in_force() == []


def test_cases_count_for_365_days_too(kept: Kept) -> None:
    case = {"subject_kind": SubjectKind.CASE}
    kept.append(EvidenceKind.CASE_REPORT, date(2020, 12, 15), subject_id=uuid4(), **case)
    kept.append(EvidenceKind.CASE_REPORT, date(2020, 12, 16), subject_id=uuid4(), **case)
    assert kept.year() == ["case-report"]


def test_the_last_day_of_a_kind_may_be_any_up_to_the_one_asked_about(kept: Kept) -> None:
    for day in (date(2015, 1, 1), date(2016, 1, 1)):
        kept.infusion(day, uuid4())
    place = (kept.hospital.site_id, kept.europe)
    with reading(kept.hospital.coordinator):
        for day, found in ((ON, date(2016, 1, 1)), (date(2015, 6, 1), date(2015, 1, 1)), (date(2014, 1, 1), None)):
            assert queries.last_of([place[0]], [place[1]], EvidenceKind.INFUSION, Lens(day)).get(place) == found


def test_of_a_kind_about_one_subject_the_newest_counts_and_of_audit_findings_each(kept: Kept) -> None:
    kept.append(EvidenceKind.RECORDS_KEPT, date(2021, 3, 1))
    newest = kept.append(EvidenceKind.RECORDS_KEPT, date(2021, 4, 1))
    still = [kept.append(EvidenceKind.AUDIT_FINDING, date(2021, 5, day)) for day in (1, 2)]
    with reading(kept.hospital.coordinator):
        found = queries.newest_of([kept.hospital.site_id], [kept.europe], Lens(ON))
    assert [one.id for one in found] == [newest, *still]


def test_evidence_is_appended_only_inside_a_transaction(world: World) -> None:
    with pytest.raises(RuntimeError, match="appending evidence must be called inside a transaction"):
        steps.append(
            EvidenceKind.AUDIT,
            site_id=uuid4(),
            program_id=uuid4(),
            subject_kind=SubjectKind.SITE,
            subject_id=uuid4(),
            holds_on=ON,
            summary="",
            source_table="site",
            source_id=uuid4(),
        )
