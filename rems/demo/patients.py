"""Invented patients: enrollment, gate, infusion and fifteen years of visits, through the program's own actions."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from rems.demo.calendar import Calendar
from rems.demo.hospital import EUROPE, KYMRIAH, LABEL, Hospital, first_day
from rems.demo.names import INDICATIONS
from rems.followup import actions as followup
from rems.followup import schedule
from rems.followup.rules import ContactKind, Survival
from rems.patients import actions as patients
from rems.patients.rules import DEFERRAL_QUESTIONS, FactKind, Sex
from rems.programs import queries as programs

TRACKS = {KYMRIAH: "CIBMTR-15Y-CRF", LABEL: "CIBMTR-15Y-CRF", EUROPE: "EBMT-PASS-15Y"}
LEAD = timedelta(days=30)  # from enrollment to the infusion
LONG_AGO = timedelta(days=400)
MISSED, MISSED_LONG_AGO, ON_TIME = 0.06, 0.004, 0.95  # shares of visits
TOLD, RARE = 0.06, {"NEW-MALIGNANCY": 0.006}  # shares of yes among the answers of a visit


@dataclass(frozen=True)
class Treated:
    """One infused patient. `died_on` None: alive as far as is known."""

    patient_id: UUID
    hospital: Hospital
    code: str
    infused_on: date
    died_on: date | None


def code_on(hospital: Hospital, day: date) -> str:
    """The program that a patient of that day is enrolled in."""
    return LABEL if hospital.code == KYMRIAH and day >= first_day(LABEL) else hospital.code


def infusion_day(hospital: Hospital, calendar: Calendar) -> date:
    """Some day since the site may treat; no enrollment lies across the end of the REMS."""
    if hospital.certified_on is None:
        raise RuntimeError(f"{hospital.town.hospital} may not treat")
    day = calendar.between(hospital.certified_on + LEAD + timedelta(days=5), calendar.today - timedelta(days=2))
    across = hospital.code == KYMRIAH and first_day(LABEL) <= day < first_day(LABEL) + LEAD
    return day + LEAD if across else day


def treat(hospital: Hospital, infused_on: date, calendar: Calendar) -> Treated:
    """A patient from enrollment to the infusion on that day."""
    code = code_on(hospital, infused_on)
    enrolled_on = infused_on - LEAD
    patient_id, product = enroll(hospital, code, enrolled_on, infused_on, calendar)
    zone, by = hospital.town.timezone, hospital.coordinator
    lot = _prepare(patient_id, hospital, code, product, infused_on, calendar)
    at = calendar.at(infused_on, zone, hour=10)
    patients.authorize(patient_id, hospital.suite_id, at=at, password=None, by=by, now=at)
    followup.infuse(
        patient_id,
        infused_at=at,
        location_id=hospital.suite_id,
        lot=lot,
        bags=1,
        by=by,
        now=calendar.at(infused_on, zone, hour=12),
    )
    lived = timedelta(days=calendar.dice.randint(60, 2600))
    died_on = infused_on + lived if calendar.chance(0.28) and infused_on + lived < calendar.today else None
    return Treated(patient_id, hospital, code, infused_on, died_on)


def enroll(hospital: Hospital, code: str, enrolled_on: date, planned_on: date, calendar: Calendar) -> tuple[UUID, str]:
    """A patient who waits: the key and the product."""
    hospital.patients += 1
    dice, program = calendar.dice, programs.program(code)
    product = dice.choice(program.products).name
    patient_id = followup.enroll(
        hospital.scopes[code],
        number=f"{hospital.town.prefix}-{hospital.patients:04d}",
        sex=dice.choice((Sex.FEMALE, Sex.MALE)),
        birth_year=enrolled_on.year - dice.randint(19, 78),
        indication=dice.choice(INDICATIONS),
        prior_lines=dice.randint(2, 5),
        product=product,
        track=TRACKS[code],
        enrolled_on=enrolled_on,
        planned_infusion_on=planned_on,
        by=hospital.coordinator,
        now=calendar.at(enrolled_on, hospital.town.timezone),
    )
    for kind in (FactKind.CONSENT_TREATMENT, FactKind.CONSENT_REGISTRY):
        patients.record_consent(
            patient_id,
            kind,
            holds_on=enrolled_on,
            by=hospital.coordinator,
            now=calendar.at(enrolled_on, hospital.town.timezone, hour=17),
        )
    return patient_id, product


def _prepare(
    patient_id: UUID, hospital: Hospital, code: str, product: str, infused_on: date, calendar: Calendar
) -> str:
    """What the gate asks for, two days before; the lot of the product that arrived."""
    day, by = infused_on - timedelta(days=2), hospital.coordinator
    at, dice = calendar.at(day, hospital.town.timezone), calendar.dice
    weight = Decimal(dice.randint(480, 1040)) / 10
    patients.record_weight(patient_id, weight, holds_on=day, by=by, now=at)
    card = FactKind.ALERT_CARD if code == EUROPE else FactKind.WALLET_CARD
    patients.record_card(patient_id, card, holds_on=day, by=by, now=at)
    patients.record_deferral(patient_id, dict.fromkeys(DEFERRAL_QUESTIONS, False), holds_on=day, by=by, now=at)
    lot = f"{product[:2].upper()}-{dice.randint(10000, 99999)}"
    patients.record_receipt(
        patient_id,
        identity=f"COI-{hospital.town.prefix}-{dice.randint(100000, 999999)}",
        product=product,
        lot=lot,
        bags=1,
        expires_on=infused_on + timedelta(days=120),
        holds_on=day,
        by=by,
        now=at,
    )
    return lot


def visit(treated: Treated, calendar: Calendar) -> None:
    """The visits up to today: most in their window, some late with a reason, some missed; none after a death."""
    plan = programs.catalogue().schedules[TRACKS[treated.code]]
    for one in schedule.plan(plan, infused_on=treated.infused_on):
        opens, closes = _around(one)
        if opens > calendar.today:
            return
        first = one.target_on == treated.infused_on
        day = one.target_on if first else calendar.between(max(opens, treated.infused_on), closes)
        chance = calendar.dice.random()
        long_ago = closes < calendar.today - LONG_AGO
        if not first and chance < (MISSED_LONG_AGO if long_ago else MISSED):
            continue
        if not first and chance > ON_TIME:
            day = closes + timedelta(days=calendar.dice.randint(3, 40))
        if treated.died_on and day >= treated.died_on:
            _record(treated, one, treated.died_on, Survival.DEAD, calendar)
            return
        if day <= calendar.today and (closes < calendar.today or calendar.chance(0.5)):
            _record(treated, one, day, Survival.ALIVE, calendar)


def _around(one: schedule.Visit) -> tuple[date, date]:
    """The window of a visit; where none is set, two weeks around its target."""
    near = timedelta(days=14)
    return one.opens_on or one.target_on - near, one.closes_on or one.target_on + near


def _record(treated: Treated, one: schedule.Visit, day: date, survival: Survival, calendar: Calendar) -> None:
    outside = one.has_window and not (one.opens_on or day) <= day <= (one.closes_on or day)
    asked = [code for code in one.asks if code != "SURVIVAL"]
    answers = {code: "yes" if calendar.chance(RARE.get(code, TOLD)) else "no" for code in asked}
    followup.record_visit(
        treated.patient_id,
        one.code,
        holds_on=day,
        contact=calendar.dice.choice(
            (ContactKind.ON_SITE, ContactKind.ON_SITE, ContactKind.PHONE, ContactKind.OTHER_CLINIC)
        ),
        survival=survival,
        answers=answers,
        late_reason="Patient could not be reached earlier" if outside else "",
        by=treated.hospital.coordinator,
        now=calendar.at(day, treated.hospital.town.timezone),
    )
