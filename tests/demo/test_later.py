"""The invented answers and sample kits: quiet answers at the newest visit, kits as far as they have come."""

from datetime import date, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.demo.calendar import Calendar
from rems.demo.later import enter_answers, enter_kits
from rems.demo.patients import Treated
from rems.followup import actions
from rems.followup.questionnaires import queries
from rems.followup.questionnaires.models import VisitAnswers
from rems.followup.questionnaires.rules import STAGES, AnswersState
from rems.followup.rules import ContactKind, Survival
from tests.factories import LABEL, World
from tests.followup.answered import CANCER, Asked

INFUSED, HELD = date(2026, 3, 1), date(2026, 6, 9)


def demo_hospital(world: World) -> Any:
    """A hospital of the tests as the demonstration knows one."""
    found = world.hospital(LABEL, timezone="UTC")
    return SimpleNamespace(
        real=found,
        site_id=found.site_id,
        coordinator=found.coordinator,
        certified_on=INFUSED,
        town=SimpleNamespace(timezone="UTC"),
    )


def test_the_newest_visit_is_answered_and_one_questionnaire_stays_half_done(world: World) -> None:
    hospital = demo_hospital(world)
    key = hospital.real.infused(INFUSED)
    actions.record_visit(
        key,
        "D100",
        holds_on=HELD,
        contact=ContactKind.ON_SITE,
        survival=Survival.ALIVE,
        answers={"NEW-MALIGNANCY": "yes"},  # which begins that questionnaire by itself
        by=hospital.coordinator,
        now=world.now,
    )
    dead = Treated(key, hospital, LABEL, INFUSED, HELD)
    assert enter_answers([Treated(key, hospital, LABEL, INFUSED, None), dead], Calendar(world.now, Random(1))) == 1
    with reading(hospital.coordinator):
        rows = list(db.session.scalars(select(VisitAnswers)))
        assert {(row.visit_code, row.holds_on) for row in rows} == {("D100", HELD)}
        states = [row.state for row in rows]
    assert states.count(AnswersState.HALF_DONE) == 2
    assert states.count(AnswersState.FINISHED) == len(rows) - 2 >= 3


def test_a_kit_of_months_ago_has_its_result_and_one_of_yesterday_none(world: World) -> None:
    hospital = demo_hospital(world)
    long_ago = world.today - timedelta(days=150)
    asked = [Asked(hospital.real.infused(INFUSED), hospital.real, world) for _ in range(2)]
    asked[0].finish("new-malignancy", CANCER, on=long_ago, now=world.now - timedelta(days=149))
    asked[1].finish("new-malignancy", CANCER | {"found-on": "2026-11"}, on=world.today)
    assert enter_kits([hospital], Calendar(world.now, Random(1))) == 1  # by its last whole day one is asked for
    with reading(hospital.coordinator):
        rows = queries.kits(hospital.coordinator, Lens(world.today))
        came = queries.steps([row.id for row in rows])
        assert [list(came.get(row.id, {})) for row in rows] == [list(STAGES), []]
