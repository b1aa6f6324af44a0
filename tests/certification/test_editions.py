"""Editions of courses age what people took: findings and training matrix agree on every day, and as known before."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from rems.certification import queries
from rems.certification.rules import FindingState
from rems.core.db import reading
from rems.core.errors import BadInput, IllegalMove
from rems.core.lens import Lens
from rems.oversight import scorecard
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.trail.knowing import settled
from rems.training import actions as training
from rems.training import queries as trainings
from rems.training.courses import attendance, publishing
from rems.training.courses import queries as courses
from rems.training.courses.publishing import Said
from rems.training.courses.rules import Presence
from rems.training.matrix import requirements, tallies
from rems.training.rules import TrainingKind
from tests.factories import KYMRIAH, Hospital, World
from tests.training.teaching import look, nurse, plan, seat

FIRST, LAST = date(2018, 3, 1), date(2020, 12, 31)
ASKED = (TrainingKind.STAFF_TRAINING, TrainingKind.LIVE_TRAINING)
TRAINED = "STAFF-TRAIN"


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


class Years:
    """What happens at a site and its sponsor by chance: courses, sessions, trainings; each at noon of its day."""

    def __init__(self, hospital: Hospital, seed: int) -> None:
        self.hospital, self.dice = hospital, Random(seed)
        self.staff = [hospital.staff_id, *(nurse(hospital, f"Nurse {n}", from_on=FIRST) for n in range(3))]
        said = {"by": hospital.coordinator, "now": hospital.world.now}
        sites.designate(hospital.site_id, KYMRIAH, hospital.staff_id, holds_on=FIRST, **said)
        self.newest: dict[TrainingKind, UUID] = {}
        self.number = 0

    def day(self) -> date:
        return FIRST + timedelta(days=self.dice.randint(0, (LAST - FIRST).days))

    def something(self) -> None:
        self.dice.choice([self.take, self.take, self.take, self.meet, self.publish, self.publish, self.withdraw])()

    def take(self) -> None:
        kind, who, on = self.dice.choice(ASKED), self.dice.choice(self.staff), self.day()
        said: dict[str, Any] = {"by": self.hospital.coordinator, "now": self.hospital.world.now}
        training.record_training(self.hospital.site_id, KYMRIAH, who, kind, holds_on=on, material="Slides", **said)

    def meet(self) -> None:
        root = plan(self.hospital, kind=self.dice.choice(ASKED), begins_at=at(self.day()))
        places = seat(self.hospital, root, *self.dice.sample(self.staff, 2))
        said = {place: self.dice.choice([Presence.ATTENDED, Presence.ABSENT]) for place in places}
        attendance.attend(root, said, by=self.hospital.manager, now=self.hospital.world.now)

    def publish(self) -> None:
        kind, on = self.dice.choice(ASKED), self.day()
        self.number += 1
        said = Said(f"Course of {kind}", str(self.number), kind, on, page="Text", renews=self.dice.random() < 0.7)
        try:
            root = publishing.publish(KYMRIAH, said, after=self.newest.get(kind), by=self.hospital.manager, now=at(on))
        except BadInput as refused:  # one that begins later stands already
            assert "the next one begins then or later" in refused.sentence
        else:
            self.newest[kind] = root

    def withdraw(self) -> None:
        if not self.newest:
            return
        root = self.dice.choice(list(self.newest.values()))
        row = look(self.hospital.manager, lambda: courses.edition(root))
        on = row.holds_on + timedelta(days=self.dice.randint(0, 300))
        try:
            publishing.withdraw(row.id, on=on, by=self.hospital.manager, now=at(row.holds_on))
        except IllegalMove as refused:
            assert "was withdrawn already" in refused.sentence


def answers(hospital: Hospital, lens: Lens) -> dict[str, tuple[bool, bool]]:
    """By requirement of training: whether the findings say it is met, and whether the matrix does."""
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, KYMRIAH)
        standing = queries.standing(hospital.manager, entry, lens)
        asked = requirements(programs.program(KYMRIAH).version_on(lens.as_of))
        counts = {t.requirement.code: t for t in tallies(asked, trainings.rows(entry, lens))}
    met = {f.requirement.code: f.state is not FindingState.NOT_MET for f in standing.findings}
    return {code: (met[code], tally.met == tally.asked) for code, tally in counts.items()}


@pytest.mark.parametrize("seed", range(4))
def test_findings_and_matrix_agree_on_any_day_whatever_editions_came_and_went(world: World, seed: int) -> None:
    years = Years(world.hospital(KYMRIAH, country="US"), seed)
    dice, said, given = Random(seed), set(), []
    for _ in range(18):
        years.something()
        with reading(years.hospital.manager):
            known_at, sure = settled()
        assert sure
        lens = Lens(dice.choice([years.day(), LAST]), known_at)
        given.append((lens, answers(years.hospital, lens)))
    for _ in range(25):
        lens = Lens(years.day())
        for code, (finding, matrix) in answers(years.hospital, lens).items():
            assert finding is matrix, (lens, code)
            said.add((code, finding))
    for lens, before in given:
        assert all(finding is matrix for finding, matrix in before.values()), lens
        assert answers(years.hospital, lens) == before, lens
    assert len(said) > 3  # or nothing was tried


def trained(hospital: Hospital, on: date) -> None:
    with reading(hospital.coordinator):
        people = [p.id for p in site_queries.staff(hospital.site_id, on=on)]
    for who in people:
        training.record_training(
            hospital.site_id,
            KYMRIAH,
            who,
            TrainingKind.STAFF_TRAINING,
            holds_on=on,
            material="Slides",
            by=hospital.coordinator,
            now=hospital.world.now,
        )


def test_an_edition_published_later_changes_nothing_that_was_known_before(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US")
    trained(hospital, date(2018, 5, 1))
    with reading(hospital.manager):
        known_at, sure = settled()
    assert sure
    on = date(2019, 6, 1)
    said = Said("Slides", "2.0", TrainingKind.STAFF_TRAINING, on, page="Text", renews=True)
    publishing.publish(KYMRIAH, said, by=hospital.manager, now=at(on))
    assert answers(hospital, Lens(on, known_at))[TRAINED] == (True, True)
    assert answers(hospital, Lens(on))[TRAINED] == (False, False)
    assert answers(hospital, Lens(on - timedelta(days=1)))[TRAINED] == (True, True)
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, KYMRIAH)
        standing = queries.standing(hospital.manager, entry, Lens(on))
        [why] = [f.why for f in standing.findings if f.requirement.code == TRAINED]
    assert "Slides, edition 2.0, came on 1 June 2019; what is older does not count." in why


def test_the_scorecard_counts_whom_an_edition_asks_again(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US")
    for name in ("Ada", "Bea"):
        nurse(hospital, name)
    trained(hospital, date(2018, 5, 1))
    on = date(2019, 6, 1)
    said = Said("Slides", "2.0", TrainingKind.STAFF_TRAINING, on, page="Text", renews=True)
    publishing.publish(KYMRIAH, said, by=hospital.manager, now=at(on))
    root = plan(hospital, begins_at=at(on))
    places = seat(hospital, root, hospital.staff_id)
    attendance.attend(root, dict.fromkeys(places, Presence.ATTENDED), by=hospital.manager, now=world.now)

    def gaps(day: date) -> tuple[set[str], list[str]]:
        with reading(hospital.manager):
            entry = site_queries.entry(hospital.manager, hospital.site_id, KYMRIAH)
            site = site_queries.site(hospital.manager, hospital.site_id)
            card = scorecard.card(hospital.manager, entry, site, Lens(day))
            rows = trainings.rows(entry, Lens(day))
            column = [r.code for r in requirements(programs.program(KYMRIAH).version_on(day))].index(TRAINED)
            late = {row.person.name for row in rows if (cell := row.cells[column]) and not cell.met}
            assert card.figures.people.with_gap == sum(bool(row.gaps) for row in rows)
            return late, [f.requirement.code for f in card.figures.tasks if f.requirement.code == TRAINED]

    assert gaps(on - timedelta(days=1)) == (set(), [])
    assert gaps(on) == ({"Ada", "Bea"}, [TRAINED])
