"""What is given in the course after an infusion: kinds, doses that can be, and what hides a fever. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from rems.core.errors import BadInput
from rems.patients.rules import when_words


class TreatmentKind(StrEnum):
    TOCILIZUMAB = "tocilizumab"
    STEROID = "steroid"
    ANTIPYRETIC = "antipyretic"
    OTHER_ANTICYTOKINE = "other_anticytokine"
    OTHER = "other"


TREATMENT_WORDS: Mapping[TreatmentKind, str] = {
    TreatmentKind.TOCILIZUMAB: "Tocilizumab",
    TreatmentKind.STEROID: "Steroid",
    TreatmentKind.ANTIPYRETIC: "Antipyretic",
    TreatmentKind.OTHER_ANTICYTOKINE: "Other anticytokine",
    TreatmentKind.OTHER: "Other",
}
HIDES_FEVER = frozenset(TreatmentKind) - {TreatmentKind.OTHER}
"""After these fever is no longer needed for CRS (ASTCT 2019)."""
MOST_TOCILIZUMAB_MG = 800


@dataclass(frozen=True)
class Treatment:
    """What was given, and when. `dose_mg` may be unknown but for tocilizumab; `vials` of `lot` came off the stock."""

    at: datetime
    kind: TreatmentKind
    name: str = ""
    dose_mg: Decimal | None = None
    lot: str = ""
    vials: int | None = None

    @property
    def called(self) -> str:
        """Dexamethasone 10 mg."""
        name = self.name or TREATMENT_WORDS[self.kind]
        return f"{name} {format(self.dose_mg.normalize(), 'f')} mg" if self.dose_mg is not None else name


def check_treatment(given: Treatment) -> None:
    """It says what was given, in a dose that can be. Raises BadInput with the field."""
    if given.kind is not TreatmentKind.TOCILIZUMAB and not given.name.strip():
        raise BadInput(f"Name is missing: write which {TREATMENT_WORDS[given.kind].lower()} was given.", "name")
    if given.dose_mg is None and given.kind is TreatmentKind.TOCILIZUMAB:
        raise BadInput("Dose is missing: write the dose of tocilizumab in mg.", "dose_mg")
    if given.dose_mg is not None and given.dose_mg <= 0:
        raise BadInput(f"Dose: {given.dose_mg} mg is not more than 0 mg.", "dose_mg")
    if given.kind is TreatmentKind.TOCILIZUMAB and given.dose_mg and given.dose_mg > MOST_TOCILIZUMAB_MG:
        raise BadInput(
            f"Dose: {given.dose_mg} mg is more than {MOST_TOCILIZUMAB_MG} mg, the most of one dose of tocilizumab.",
            "dose_mg",
        )
    if given.vials is not None and given.kind is not TreatmentKind.TOCILIZUMAB:
        raise BadInput("Vials: only tocilizumab is kept in this stock; leave them out.", "vials")


def check_given_once(given: Treatment, others: Iterable[Treatment], *, zone: str) -> None:
    """The same is given once at a moment; who sends a form twice is told. Raises BadInput."""
    called = (given.at, given.kind, given.name.strip().casefold())
    if called in {(one.at, one.kind, one.name.casefold()) for one in others}:
        raise BadInput(f"{given.called} of {when_words(given.at, zone)} is kept already; correct that one.", "given_at")
