"""Record where a sample kit is: each step of its way with day, who and reference; and correct a step."""

from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.ids import uuid7
from rems.core.states import in_place_of, take_turn
from rems.followup.questionnaires import queries
from rems.followup.questionnaires.models import KitStep
from rems.followup.questionnaires.rules import STAGE_WORDS, KitStage, check_step
from rems.patients import queries as patients


def record_step(
    kit_id: UUID,
    stage: KitStage,
    *,
    holds_on: date,
    who: str,
    reference: str,
    note: str = "",
    reason: str = "",
    seen: UUID | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """One step of a kit is done, or its record is corrected: then with a `reason`, from the state that was `seen`.

    Days are the site's own. Raises NotFound, NotAllowed, BadInput with the field, IllegalMove, StaleRecord.
    """
    with transaction(by, "sample_kits.record_step", reason.strip(), at=now) as session:
        kit = queries.kit(by, kit_id)
        require(by, Permission.VISIT_RECORD, scope_id=kit.scope_id, program_id=kit.program_id)
        take_turn("sample kit", kit_id)
        rows = queries.steps([kit_id])[kit_id]
        old, words = rows.get(stage), STAGE_WORDS[stage]
        if (old.id if old else None) != seen:
            raise StaleRecord(f'"{words}" was recorded by somebody else since you opened the kit.')
        if old is not None and not reason.strip():
            raise BadInput(f'Reason is missing: say why "{words}" is corrected.', "reason")
        today = day_in(patients.place(by, kit.scope_id).site.timezone, now)
        done = {s: day for s, day in queries.done(rows).items() if s is not stage}
        check_step(stage, holds_on, done, reference=reference, who=who, opened_on=kit.holds_on, today=today)
        told = {"who": who.strip(), "reference": reference.strip(), "note": note.strip(), "reason": reason.strip()}
        row = (
            in_place_of(old, holds_on=holds_on, **told)
            if old
            else KitStep(
                id=uuid7(),
                scope_id=kit.scope_id,
                program_id=kit.program_id,
                holds_on=holds_on,
                kit_id=kit_id,
                stage=stage,
                **told,
            )
        )
        session.add(row)
    return row.id
