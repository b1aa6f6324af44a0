"""Questionnaires as the tests answer them: at the site, through a link, and what a new cancer sets going."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from rems.core import onetime
from rems.core.actor import Actor
from rems.core.db import reading
from rems.core.lens import Lens
from rems.followup import queries as followup
from rems.followup.questionnaires import answering, queries, remote
from rems.followup.questionnaires.answering import Answered
from rems.followup.questionnaires.queries import Sheet
from rems.patients import queries as patients
from tests.factories import Hospital, World
from tests.rows import past_all_checks

NO_CANCER = {"found": "no"}
CANCER: dict[str, Any] = {
    "found": "yes",
    "what": "Melanoma of the back",
    "found-on": "2026-05",
    "group": "solid",
    "confirmed": "yes",
    "tissue": ["tumor", "blood"],
    "manufacturer": "no",
}


FDA = "FDA-LTFU-2020-INTEGRATING"


def on_fda_track(superuser: psycopg.Connection, patient_id: UUID) -> UUID:
    """Put a patient on the schedule of the FDA guidance, which no program of a product offers by itself."""
    with past_all_checks(superuser):
        superuser.execute("update patient set track = %s where id = %s", [FDA, patient_id])
    return patient_id


class Asked:
    """The questionnaires of one occasion of a patient; the coordinator answers unless the test says otherwise."""

    def __init__(self, patient_id: UUID, hospital: Hospital, world: World, visit: str = "D100") -> None:
        self.id, self.hospital, self.world, self.visit = patient_id, hospital, world, visit

    def sheet(self, code: str, *, lens: Lens | None = None) -> Sheet:
        with reading(self.hospital.coordinator):
            patient = patients.patient(self.hospital.coordinator, self.id)
            course = followup.course(patient, Lens(self.world.today))
            found = queries.sheet(patient, queries.when(course, self.visit), code, lens or Lens(self.world.today))
            queries.db.session.expunge_all()  # it is looked at after the reading ends
            return found

    def save(self, code: str, values: dict[str, Any], *, on: date | None = None, **said: Any) -> UUID:
        return self._do(answering.save, code, values, on, said)

    def finish(self, code: str, values: dict[str, Any], *, on: date | None = None, **said: Any) -> UUID:
        return self._do(answering.finish, code, values, on, said)

    def _do(self, act: Any, code: str, values: dict[str, Any], on: date | None, said: dict[str, Any]) -> UUID:
        row = self.sheet(code).row
        seen = said.pop("seen", row.id if row else None)
        answered = Answered(values, on or self.world.today, seen)
        more = {"by": self.hospital.coordinator, "now": self.world.now, **said}
        return act(self.id, self.visit, code, answered, **more)

    def link(self, *, days: int = 14, **said: Any) -> tuple[str, UUID]:
        more = {"by": self.hospital.coordinator, "now": self.world.now, **said}
        return remote.make(self.id, self.visit, days=days, **more)

    @property
    def holder(self) -> Actor:
        """Who acts through a link to this patient."""
        return onetime.holder(remote.HOLDER, {self.hospital.scope_id, self.hospital.site_id}, "UTC")

    def send(self, root_id: UUID, values: dict[str, dict[str, Any]], **said: Any) -> None:
        remote.send(root_id, values, **{"by": self.holder, "now": self.world.now, **said})

    def kit(self) -> UUID:
        """The key of the only kit of the patient."""
        with reading(self.hospital.coordinator):
            [row] = queries.kits(self.hospital.coordinator, Lens(self.world.today), patient_id=self.id)
            return row.id
