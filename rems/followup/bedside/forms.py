"""The forms of the bedside: one look at the patient, a treatment, a blood sample, the event; and their corrections."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rems.core.errors import BadInput
from rems.events.grading import COLDEST_C, HOTTEST_C, Oxygen
from rems.events.icans import CONSCIOUSNESS_WORDS, EDEMA_WORDS, SEIZURE_WORDS, Consciousness, Edema, Seizure
from rems.events.rules import SERIOUSNESS_WORDS, Seriousness
from rems.followup.bedside.actions import Value
from rems.followup.bedside.markers import Marker, markers, read_value
from rems.followup.bedside.models import BedsideEntry, BedsideSample, BedsideTreatment
from rems.followup.bedside.rules import (
    DIASTOLIC,
    ICE_TASKS,
    ICE_WORDS,
    OXYGEN_ASKED,
    PRESSURE_WORDS,
    SYSTOLIC,
    IceState,
    Observation,
    Pressure,
)
from rems.followup.bedside.treatments import TREATMENT_WORDS, Treatment, TreatmentKind
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DecimalField,
    HiddenField,
    MomentField,
    TextField,
    TickField,
    WholeNumberField,
)

SIGNS = {
    "vasopressin": "Vasopressin is given (not counted above)",
    "airway_only": "Intubated only to protect the airway",
    "fever_other_cause": "The fever has another cause",
    "motor_weakness": "Deep weakness of one side or of both legs",
}
TASKS = [(code, words) for code, (words, most) in ICE_TASKS.items() if most == 1]
NEEDED = ("temperature_c", "pressure", "oxygen")
"""Without these there is no grade of CRS."""


class EntryForm(BaseForm):
    seen_at = MomentField("Moment")
    temperature_c = DecimalField("Temperature", least=COLDEST_C, most=HOTTEST_C, places=1, unit="°C")
    pressure = ChoiceField("Blood pressure", choices=list(PRESSURE_WORDS.items()), shown="radio")
    oxygen = ChoiceField("Oxygen", choices=list(OXYGEN_ASKED.items()), shown="radio")
    ice_state = ChoiceField("ICE score", choices=list(ICE_WORDS.items()), shown="radio")
    tasks = ChoicesField("ICE tasks done right", choices=TASKS, optional=True, hint="One point each")
    objects = ChoiceField(
        "Of three objects, named", choices=[(str(n), str(n)) for n in range(4)], default="0", width="short"
    )
    consciousness = ChoiceField(
        "Consciousness",
        choices=list(CONSCIOUSNESS_WORDS.items()),
        optional=True,
        hint="Needed where the ICE score cannot be assessed. Sedated: choose not asked now.",
    )
    systolic = WholeNumberField("Systolic", least=SYSTOLIC[0], most=SYSTOLIC[1], unit="mmHg", optional=True)
    diastolic = WholeNumberField("Diastolic", least=DIASTOLIC[0], most=DIASTOLIC[1], unit="mmHg", optional=True)
    seizure = ChoiceField("Seizure", choices=list(SEIZURE_WORDS.items()), default="none")
    edema = ChoiceField("Raised pressure in the skull", choices=list(EDEMA_WORDS.items()), default="none")
    signs = ChoicesField("What else is so", choices=list(SIGNS.items()), optional=True)

    @property
    def opened(self) -> bool:
        """Whether what is seldom so is filled in or wrong, so that it must be seen."""
        seldom = (self.systolic, self.diastolic, self.seizure, self.edema, self.signs)
        return any(f.errors or f.data not in (None, [], "none") for f in seldom)

    def gradable(self) -> bool:
        """Whether enough is filled in for a grade; what is missing stays without an error."""
        held = {name: field.validate(self) for name, field in self._fields.items()}
        rest = [name for name in held if name not in {*NEEDED, "ice_state", "seen_at"}]
        return all(held[name] for name in (*NEEDED, *rest))

    def observation(self, at: Any = None) -> Observation:
        """What was filled in, once it holds; an ICE score that is not chosen yet counts as not asked."""
        state = IceState(self.ice_state.data) if self.ice_state.data in set(IceState) else IceState.NOT_ASKED
        return Observation(
            at=at or self.seen_at.data,
            temperature_c=self.temperature_c.data,
            pressure=Pressure(self.pressure.data),
            oxygen=Oxygen(self.oxygen.data),
            ice_state=state,
            ice=self._points() if state is IceState.POINTS else {},
            consciousness=Consciousness(self.consciousness.data) if self.consciousness.data else None,
            systolic=self.systolic.data,
            diastolic=self.diastolic.data,
            seizure=Seizure(self.seizure.data),
            edema=Edema(self.edema.data),
            **{name: name in self.signs.data for name in SIGNS},
        )

    def _points(self) -> dict[str, int]:
        right = {code: int(code in self.tasks.data) for code, _ in TASKS}
        return {**right, "objects": int(self.objects.data)}


class TreatmentForm(BaseForm):
    kind = ChoiceField("What was given", choices=list(TREATMENT_WORDS.items()), shown="radio")
    name = TextField(
        "Name", longest=80, optional=True, width="mid", hint="Of all but tocilizumab, such as dexamethasone"
    )
    dose_mg = DecimalField(
        "Dose", least=0, most=100_000, places=2, unit="mg", optional=True, hint="Needed for tocilizumab"
    )
    given_at = MomentField("Moment")
    lot_id = ChoiceField("Lot of tocilizumab", optional=True, hint="Its vials are taken off the stock", width="mid")
    vials = WholeNumberField("Vials used", least=1, most=99, optional=True)

    def treatment(self) -> Treatment:
        return Treatment(
            at=self.given_at.data,
            kind=TreatmentKind(self.kind.data),
            name=self.name.data,
            dose_mg=self.dose_mg.data,
            vials=self.vials.data,
        )


class SampleForm(BaseForm):
    """The moment of a blood sample; `asking` gives it a value and a unit for each marker."""

    taken_at = MomentField("Sample taken")

    def values(self) -> list[Value]:
        """What was written. Raises BadInput at the field of the value."""
        written = [(one, str(self[f"value_{one.code}"].data)) for one in markers().values()]
        found = [value(one, text, self[f"unit_{one.code}"].data) for one, text in written if text]
        if not found:
            raise BadInput("No value: write at least one.", f"value_{next(iter(markers()))}")
        return found


class OneSampleForm(BaseForm):
    taken_at = MomentField("Sample taken")
    value = TextField("Value", longest=40, width="short")
    unit = ChoiceField("Unit", width="short")


class EventForm(BaseForm):
    """The one thing that the entries cannot say. `seen` is the state of the case that more is told of."""

    seen = HiddenField(pattern="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", expected="the key of a case")
    seriousness = ChoicesField(
        "Was it serious?",
        choices=[(s, words) for s, words in SERIOUSNESS_WORDS.items() if s is not Seriousness.DEATH],
        optional=True,
        hint="Tick all that apply. Serious is not the same as severe.",
    )
    not_serious_reason = TextField(
        "Why it was not serious", longest=500, optional=True, hint="Only where nothing is ticked above"
    )


def value(marker: Marker, text: str, unit: str | None) -> Value:
    """A value as it was written. Raises BadInput."""
    bound, number = read_value(text, field=f"value_{marker.code}", title=marker.title)
    return Value(marker.code, number, unit or marker.unit, bound)


def asking() -> type[SampleForm]:
    """The form of a sample with every marker of the data."""
    fields: dict[str, Any] = {}
    for one in markers().values():
        fields[f"value_{one.code}"] = TextField(one.title, longest=40, optional=True, width="short")
        fields[f"unit_{one.code}"] = ChoiceField(
            f"Unit of {one.code}", choices=[(u, u) for u in one.units], default=one.unit, width="short"
        )
    return type("MarkersForm", (SampleForm,), fields)


def correcting(form: type[BaseForm]) -> type[BaseForm]:
    """The same form for a correction: it asks why, and can take the record back."""
    more = {
        "taken_back": TickField("It never was so: take the record back"),
        "reason": TextField("Why the record is corrected", longest=500),
    }
    return type(f"Corrected{form.__name__}", (form,), more)


def entry_values(row: BedsideEntry) -> Mapping[str, Any]:
    """What the correction of an entry begins with."""
    names = ("seen_at", "temperature_c", "systolic", "diastolic", "pressure", "oxygen", "ice_state", "consciousness")
    points = row.ice or {}
    return {
        **{name: getattr(row, name) for name in (*names, "seizure", "edema")},
        "tasks": [code for code, _ in TASKS if points.get(code)],
        "objects": str(points.get("objects", 0)),
        "signs": [name for name in SIGNS if getattr(row, name)],
    }


def treatment_values(row: BedsideTreatment) -> Mapping[str, Any]:
    """What the correction of a treatment begins with; its vials are corrected in the stock."""
    dose = Decimal(format(row.dose_mg.normalize(), "f")) if row.dose_mg is not None else None
    return {"kind": row.kind, "name": row.name, "dose_mg": dose, "given_at": row.given_at}


def sample_values(row: BedsideSample) -> Mapping[str, Any]:
    """What the correction of a value begins with."""
    return {"taken_at": row.taken_at, "value": f"{row.bound}{format(row.value.normalize(), 'f')}", "unit": row.unit}
