"""The design sheet: every part of a page in every state, made by the macros themselves. Demonstration only."""

from datetime import date, timedelta

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    DecimalField,
    LongTextField,
    TextField,
    TickField,
    UploadField,
)
from rems.web.lens import NotToday
from rems.web.paging import Page
from rems.web.security import public

bp = Blueprint("design", __name__)
SAMPLE_DAY = date(2026, 11, 24)


class SampleForm(BaseForm):
    """One row of each kind, for the sheet only."""

    lot = TextField("Lot", hint="As printed on the vial, or scan the box", width="mid")
    weight_kg = DecimalField("Weight", least="0.5", most="300", unit="kg", places=1)
    infused_on = DayField("Infused on", hint="")
    certificate = TextField("Certificate number", width="mid")
    oxygen = ChoiceField(
        "Oxygen", choices=[("none", "None"), ("cannula", "Nasal cannula, up to 6 L/min, or blow-by")], shown="radio"
    )
    attested = TickField(
        "Tocilizumab will be on site, two doses for each patient, ready within 2 hours. Wording of August 2017",
        legend="Attestation",
        must=True,
    )
    serious = ChoicesField(
        "Was it serious?",
        choices=[("stay", "Hospital stay began or got longer because of it"), ("life", "Life in danger at the time")],
    )
    product = ChoiceField("Product", choices=[("carvykti", "Carvykti (ciltacabtagene autoleucel)")], width="mid")
    reason = LongTextField("Reason for the correction")
    evidence = UploadField("Evidence", kinds=("pdf", "png", "jpeg"))


def hatch(x: float, y: float, width: float, height: float, gap: float = 6) -> str:
    """The path of slanting lines inside a box, each cut at its edges."""
    lines = []
    for at in range(int(gap), int(width + height), int(gap)):
        left, top = (x, y + height - at) if at <= height else (x + at - height, y)
        long = min(x + width - left, y + height - top)
        lines.append(f"M{left:.1f} {top:.1f}l{long:.1f} {long:.1f}")
    return "".join(lines)


@bp.get("/design")
@public
def show() -> ResponseReturnValue:
    if not current_app.config.get("REMS_DEMO"):
        abort(404)
    form = SampleForm(
        data={
            "lot": "B7731",
            "weight_kg": 900,
            "infused_on": date(2023, 3, 14),
            "certificate": "KYM-0231",
            "oxygen": "none",
            "attested": True,
            "serious": ["stay"],
            "product": "carvykti",
            "reason": "The paper list names edition 4.",
        }
    )
    form.refuse("weight_kg", "Weight: 900 kg is more than 300 kg")
    return render_template(
        "web/design.html",
        form=form,
        sample=SAMPLE_DAY,
        days={n: SAMPLE_DAY + timedelta(days=n) for n in range(-40, 41)},
        listed=Page(range(2), size=50, total=60, next_url="?page=2"),
        another=NotToday("15 December 2021, as known on 31 January 2022.", "#odds", "#odds"),
        grades=((0, None), (1, 1), (2, 1), (3, 2), (4, 2), (5, 1), (6, None)),
        hatch=hatch,
        neuro=((5, 1), (6, 2), (7, 1), (8, 1)),
    )
