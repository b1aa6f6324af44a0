"""One hospital with a patient who waits, and the facts of a patient for whom the gate says yes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rems.patients.gate import Found, GateFacts, Receipt, Rescue
from rems.patients.rules import CARDS, DEFERRAL_QUESTIONS
from rems.programs import files
from rems.programs.rules import Ask, Catalogue
from tests.factories import Hospital, World
from tests.patients.acting import CERTIFIED, ENROLLED

Facts = Callable[..., GateFacts]
CONFIG = Path(__file__).parents[2] / "config" / "programs"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return files.load(CONFIG)


@pytest.fixture
def good(catalogue: Catalogue) -> Facts:
    """All that a program asks for on a day; a test changes the one thing that it is about."""

    def facts(code: str, on: date, **changed: Any) -> GateFacts:
        program = catalogue.programs[code]
        version = program.version_on(on)
        needed = version.tocilizumab.doses if version else 0
        asked = [r for r in version.requirements if r.ask is Ask.EACH_STAFF_HAS] if version else []
        whole = GateFacts(
            on=on,
            number="HL-0417",
            product="Kymriah",
            site="Harrow Lake",
            program=program.title,
            rules=version,
            not_in_force="" if version else f"{program.title} is not in force.",
            certified=True,
            certified_why="Certificate CART-0001.",
            training=tuple(Found(r.code, r.title, True, "4 of 4 trained.") for r in asked),
            rescue=Rescue(needed, needed, words="All on hand."),
            weight_kg=Decimal("74.0"),
            weighed_on=on - timedelta(days=7),
            cards=dict.fromkeys(CARDS, on),
            consented_on=on,
            deferral=dict.fromkeys(DEFERRAL_QUESTIONS, False),
            deferral_on=on - timedelta(days=7),
            receipt=Receipt("COI-1", "Kymriah", "K1", 1, on, on),
        )
        return replace(whole, **changed)

    return facts


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital().certified(CERTIFIED)


@pytest.fixture
def waiting(hospital: Hospital) -> UUID:
    return hospital.enrolled(ENROLLED)
