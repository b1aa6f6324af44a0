"""How severe neurotoxicity is: ICANS by ASTCT 2019, from the ICE score and what is seen, with the way to it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rems.core.errors import BadInput
from rems.events.grading import CRS_SOURCE

MOST_ICE = 10
ICE_FROM_AGE = 12


class Consciousness(StrEnum):
    ALERT = "alert"
    BY_ITSELF = "by_itself"
    TO_VOICE = "to_voice"
    TO_TOUCH = "to_touch"
    UNAROUSABLE = "unarousable"


class Seizure(StrEnum):
    NONE = "none"
    RESOLVED = "resolved"
    PROLONGED = "prolonged"


class Edema(StrEnum):
    """Raised pressure in the skull, or swelling of the brain on imaging."""

    NONE = "none"
    FOCAL = "focal"
    DIFFUSE = "diffuse"


_CONSCIOUSNESS: Mapping[Consciousness, tuple[int, str]] = {
    Consciousness.ALERT: (0, "Alert"),
    Consciousness.BY_ITSELF: (1, "Drowsy, wakes by itself"),
    Consciousness.TO_VOICE: (2, "Wakes to voice"),
    Consciousness.TO_TOUCH: (3, "Wakes only to touch"),
    Consciousness.UNAROUSABLE: (4, "Cannot be woken, or only by vigorous or repeated touch"),
}
_SEIZURE: Mapping[Seizure, tuple[int, str]] = {
    Seizure.NONE: (0, "No seizure"),
    Seizure.RESOLVED: (3, "Seizure that resolved rapidly, or on the EEG alone and resolved with treatment"),
    Seizure.PROLONGED: (4, "Seizure of more than 5 minutes, or repeated without return to baseline"),
}
_EDEMA: Mapping[Edema, tuple[int, str]] = {
    Edema.NONE: (0, "No sign of it"),
    Edema.FOCAL: (3, "Focal or local swelling on imaging"),
    Edema.DIFFUSE: (4, "Diffuse swelling, posturing, palsy of nerve VI, papilledema or Cushing's triad"),
}
CONSCIOUSNESS_WORDS: Mapping[Consciousness, str] = {one: words for one, (_, words) in _CONSCIOUSNESS.items()}
SEIZURE_WORDS: Mapping[Seizure, str] = {one: words for one, (_, words) in _SEIZURE.items()}
EDEMA_WORDS: Mapping[Edema, str] = {one: words for one, (_, words) in _EDEMA.items()}


@dataclass(frozen=True)
class IcansInputs:
    """What is seen of the patient at one moment. `ice` and `consciousness` None: not looked at.

    `cannot`: the patient cannot do the ICE tasks; sedation is ruled out first. Raises BadInput.
    """

    ice: int | None = None
    cannot: bool = False
    consciousness: Consciousness | None = None
    seizure: Seizure = Seizure.NONE
    motor_weakness: bool = False
    edema: Edema = Edema.NONE

    def __post_init__(self) -> None:
        if self.ice is not None and not 0 <= self.ice <= MOST_ICE:
            raise BadInput(f"The ICE score must lie between 0 and {MOST_ICE} points, not {self.ice}.", "ice")
        if self.ice is not None and self.cannot:
            raise BadInput("The ICE score has points, or it cannot be assessed: not both.", "ice")


@dataclass(frozen=True)
class IcansResult:
    """The grade and the way to it. None: nothing that it rests on was looked at. 0: no neurotoxicity."""

    grade: int | None
    steps: tuple[str, ...]
    system: str = "ASTCT"
    version: str = "2019"
    source: str = CRS_SOURCE

    @property
    def title(self) -> str:
        """`ICANS grade 2 (ASTCT 2019)`."""
        what = {None: "ICANS not assessed", 0: "no ICANS, grade 0"}.get(self.grade, f"ICANS grade {self.grade}")
        return f"{what} ({self.system} {self.version})"


def icans(inputs: IcansInputs) -> IcansResult:
    """The ICANS grade: the worst of ICE score, consciousness, seizure, motor findings and pressure in the skull.

    For patients of 12 years and more; tremor and bleeding do not count. Source: `CRS_SOURCE`.
    """
    rows = [row for row in (_ice(inputs), _consciousness(inputs), *_signs(inputs)) if row is not None]
    if not rows:
        return IcansResult(None, ("Neither the ICE score nor consciousness was looked at: no ICANS grade",))
    worst = max(grade for grade, _ in rows)
    last = "Nothing of it is wrong: grade 0" if worst == 0 else f"Grade {worst} is the worst of these"
    return IcansResult(worst, (*(words for _, words in rows), *([last] if len(rows) > 1 or not worst else [])))


def to_json(inputs: IcansInputs) -> dict[str, Any]:
    """The inputs as plain JSON, as they are kept beside the grade."""
    return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(inputs).items()}


def _ice(inputs: IcansInputs) -> tuple[int, str] | None:
    if inputs.cannot:
        return 3, "The ICE tasks cannot be done, which counts as 0 points: grade 3 or more"
    if inputs.ice is None:
        return None
    grade = 0 if inputs.ice == MOST_ICE else 1 if inputs.ice >= 7 else 2 if inputs.ice >= 3 else 3
    return grade, f"ICE score {inputs.ice} of {MOST_ICE}: grade {grade}"


def _consciousness(inputs: IcansInputs) -> tuple[int, str] | None:
    if inputs.consciousness is None:
        return None
    grade, words = _CONSCIOUSNESS[inputs.consciousness]
    return grade, f"{words}: grade {grade}"


def _signs(inputs: IcansInputs) -> list[tuple[int, str]]:
    """The signs that are there; one that is not adds nothing, and alone says nothing."""
    found = [_SEIZURE[inputs.seizure], _EDEMA[inputs.edema]]
    if inputs.motor_weakness:
        found.append((4, "Deep focal weakness, such as of one side or of both legs"))
    return [(grade, f"{words}: grade {grade}") for grade, words in found if grade]
