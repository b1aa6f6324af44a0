"""A site that relies on the exception of a shortage, on its first day; and the same exception waiving something too."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Flask

from rems.certification import actions as certification
from rems.certification import relying
from rems.stock import actions as stock
from tests.factories import KYMRIAH, Hospital, World

SHORTAGE, TITLE = "FDA-TOCI-SHORTAGE-2021", "Tocilizumab shortage, one dose on site and a second within 8 hours"
DOSES, WAIVED = "SITE-TOCI-ON-SITE", "STAFF-KNOWLEDGE-ASSESSMENT"
SHORT, ENDED = date(2021, 12, 20), date(2022, 1, 10)
PAPERS = "Letter of the supplier of 14 December 2021; order 88-114 was not filled."


@contextmanager
def waiving(app: Flask, *codes: str) -> Iterator[None]:
    """The exception waives these requirements besides (invented; no authority has)."""
    whole = app.extensions["rems_catalogue"]
    program = whole.programs[KYMRIAH]
    changed = tuple(replace(e, waives=codes) if e.code == SHORTAGE else e for e in program.exceptions)
    mine = replace(program, exceptions=changed)
    app.extensions["rems_catalogue"] = replace(whole, programs={**whole.programs, KYMRIAH: mine})
    try:
        yield
    finally:
        app.extensions["rems_catalogue"] = whole


def short_of_doses(world: World, *, but: Collection[str] = (), **site: str) -> Hospital:
    """Ready on the day but for the doses: one is there where two are asked for."""
    found = world.hospital(KYMRIAH, **{"country": "US", **site}).ready(SHORT, but=[DOSES, *but])
    for strength in (400, 200):
        stock.receive(
            found.site_id,
            found.location_id,
            lot=f"L{strength}",
            strength_mg=strength,
            vials=1,
            expires_on=date(2023, 1, 1),
            holds_on=SHORT,
            by=found.coordinator,
            now=world.now,
        )
    return found


def invoke(hospital: Hospital, **said: Any) -> UUID:
    usual: dict[str, Any] = {
        "holds_on": SHORT,
        "until_on": ENDED,
        "condition_holds": True,
        "reason": "The wholesaler delivers nothing.",
        "evidence": PAPERS,
        "by": hospital.coordinator,
        "now": hospital.world.now,
    }
    return relying.invoke(hospital.site_id, KYMRIAH, SHORTAGE, **{**usual, **said})


def certified_by_exception(world: World, *, but: Collection[str] = (), **site: str) -> Hospital:
    """Certified on the day while the exception is in use."""
    found = short_of_doses(world, but=but, **site)
    invoke(found)
    return certify(found)


def certify(hospital: Hospital) -> Hospital:
    """The application is submitted and approved on the day."""
    hospital.submitted(SHORT)
    certification.certify(hospital.site_id, KYMRIAH, **hospital.signed(SHORT), by=hospital.manager)
    return hospital
