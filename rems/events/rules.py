"""What an adverse event is about, how serious it is, and which days make sense. Pure.

Seriousness is the regulatory outcome test (21 CFR 600.80(a); ICH E2B(R3) E.i.3.2a to f), never the grade.
"""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from rems.core.errors import BadInput


class Kind(StrEnum):
    """What happened, as a nurse would choose it."""

    CRS = "crs"
    ICANS = "icans"
    INFECTION = "infection"
    CYTOPENIA = "cytopenia"
    NEW_MALIGNANCY = "new_malignancy"
    OTHER = "other"


TERMS: dict[Kind, str] = {
    Kind.CRS: "Cytokine release syndrome",
    Kind.ICANS: "Immune effector cell-associated neurotoxicity syndrome",
    Kind.INFECTION: "Infection",
    Kind.CYTOPENIA: "Prolonged cytopenia",
    Kind.NEW_MALIGNANCY: "Second primary malignancy",
}

KIND_WORDS: dict[Kind, str] = {
    Kind.CRS: "Cytokine release syndrome (CRS)",
    Kind.ICANS: "Neurotoxicity (ICANS)",
    Kind.INFECTION: "Infection",
    Kind.CYTOPENIA: "Low blood counts that last",
    Kind.NEW_MALIGNANCY: "New cancer",
    Kind.OTHER: "Something else",
}


class Seriousness(StrEnum):
    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALIZATION = "hospitalization"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    OTHER_IMPORTANT = "other_important"


GRAVEST = frozenset({Seriousness.DEATH, Seriousness.LIFE_THREATENING})


SERIOUSNESS_WORDS: dict[Seriousness, str] = {
    Seriousness.HOSPITALIZATION: "Hospital stay began or got longer because of it",
    Seriousness.LIFE_THREATENING: "Life in danger at the time",
    Seriousness.DISABILITY: "Lasting disability or damage",
    Seriousness.CONGENITAL_ANOMALY: "Congenital anomaly or birth defect",
    Seriousness.DEATH: "Death",
    Seriousness.OTHER_IMPORTANT: "Other medically important reason",
}


class Outcome(StrEnum):
    """ICH E2B(R3) E.i.7, in words."""

    RECOVERED = "recovered"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not_recovered"
    RECOVERED_WITH_SEQUELAE = "recovered_with_sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


OUTCOME_WORDS: dict[Outcome, str] = {o: o.value.replace("_", " ").capitalize() for o in Outcome}

CRS_OR_NEUROTOXICITY = frozenset({Kind.CRS, Kind.ICANS})

SCALES: dict[Kind, str] = {kind: "ASTCT 2019" if kind in CRS_OR_NEUROTOXICITY else "CTCAE 5.0" for kind in Kind}
"""The scale, with its year or version, on which an event of that kind is graded."""

SEVERE = 3


def least_seriousness(kind: Kind, grade: int | None) -> Seriousness | None:
    """The criterion that should be ticked at least, if none is: CRS or ICANS of grade 3 or more, a new malignancy.

    A default of the triage, not a rule of law; the reporter may leave it with a reason.
    """
    severe = kind in CRS_OR_NEUROTOXICITY and grade is not None and grade >= SEVERE
    return Seriousness.OTHER_IMPORTANT if severe or kind is Kind.NEW_MALIGNANCY else None


def check_seriousness(kind: Kind, grade: int | None, seriousness: Collection[Seriousness], reason: str) -> None:
    """Where the triage expects a serious event and none is ticked, a reason is asked for. Raises BadInput."""
    least = least_seriousness(kind, grade)
    if least is None or seriousness or reason.strip():
        return
    what = "A new cancer" if kind is Kind.NEW_MALIGNANCY else f"{kind.upper()} of grade {grade}"
    raise BadInput(
        f"Was it serious? {what} counts as serious: {SERIOUSNESS_WORDS[least].lower()}. "
        "Leave that ticked, or take it off and say why it was not.",
        "seriousness",
    )


def check_grade(kind: Kind, entered: int | None, computed: int | None, reason: str) -> None:
    """A grade that differs from the one worked out, also from none at all, needs a reason. Raises BadInput."""
    if entered is None or entered == computed or reason.strip():
        return
    worked = "it is no CRS" if computed is None else f"it is {computed}"
    raise BadInput(
        f"Grade {entered} was entered, by {SCALES[kind]} {worked}: write the reason for the difference.", "grade_reason"
    )


def check_days(
    *,
    began_on: date,
    ended_on: date | None,
    site_aware_on: date,
    day_zero: date,
    today: date,
    company_today: date | None = None,
) -> None:
    """The four days stand in order, and none lies ahead. Raises BadInput with the field.

    Days are the site's own, but day zero is one of the company's calendar where `company_today` is given: that calendar
    may be a day behind the site's.
    """
    if began_on > today:
        raise BadInput(f"When it began: {said(began_on)} lies ahead; today is {said(today)}.", "began_on")
    between = f"is not between {said(began_on)}, when it began, and today, {said(today)}"
    if ended_on is not None and not began_on <= ended_on <= today:
        raise BadInput(f"When it ended: {said(ended_on)} {between}.", "ended_on")
    if not began_on <= site_aware_on <= today:
        raise BadInput(f"When the site learned of it: {said(site_aware_on)} {between}.", "site_aware_on")
    last = company_today or today
    first = site_aware_on - timedelta(days=1 if company_today else 0)
    if not first <= day_zero <= last:
        raise BadInput(
            f"When the company learned of it: {said(day_zero)} is not between {said(site_aware_on)}, when the site "
            f"learned of it, and today, {said(last)}.",
            "day_zero",
        )


def check_outcome(seriousness: Collection[Seriousness], outcome: Outcome, grade: int | None) -> None:
    """A fatal outcome, the criterion death and grade 5 go together. Raises BadInput."""
    if (Seriousness.DEATH in seriousness) != (outcome is Outcome.FATAL):
        raise BadInput("Outcome: a fatal outcome and the tick at Death go together; set both or neither.", "outcome")
    if grade == 5 and outcome is not Outcome.FATAL:
        raise BadInput("Outcome: grade 5 is death, so the outcome is fatal and Death is ticked.", "outcome")


def said(day: date) -> str:
    """27 Nov 2026: a day in a sentence."""
    return f"{day.day} {day:%b} {day.year}"
