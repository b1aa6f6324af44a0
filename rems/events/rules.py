"""What an adverse event is about, how serious it is, and which days make sense. Pure.

Seriousness is the regulatory outcome test (21 CFR 600.80(a); ICH E2B(R3) E.i.3.2a to f), never the grade.
"""

from datetime import date
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


def least_seriousness(kind: Kind, grade: int | None) -> Seriousness | None:
    """The criterion that should be ticked at least, if none is: ASTCT grade 3 or more of CRS or ICANS, a new malignancy.

    A default of the triage, not a rule of law; the reporter may leave it with a reason.
    """
    severe = kind in CRS_OR_NEUROTOXICITY and grade is not None and grade >= 3
    return Seriousness.OTHER_IMPORTANT if severe or kind is Kind.NEW_MALIGNANCY else None


def check_days(*, began_on: date, ended_on: date | None, site_aware_on: date, day_zero: date, today: date) -> None:
    """The four days stand in order, and none lies ahead. Days are the place's own. Raises BadInput with the field."""
    if began_on > today:
        raise BadInput(f"When it began: {began_on:%-d %b %Y} lies ahead; today is {today:%-d %b %Y}.", "began_on")
    if ended_on is not None and not began_on <= ended_on <= today:
        raise BadInput("When it ended: the day lies between its beginning and today.", "ended_on")
    if not began_on <= site_aware_on <= today:
        raise BadInput("When the site learned of it: the day lies between its beginning and today.", "site_aware_on")
    if not site_aware_on <= day_zero <= today:
        raise BadInput("When the company learned of it: not before the site did, and not after today.", "day_zero")


def check_outcome(seriousness: list[Seriousness], outcome: Outcome, grade: int | None) -> None:
    """A fatal outcome, the criterion death and grade 5 go together. Raises BadInput."""
    if (Seriousness.DEATH in seriousness) != (outcome is Outcome.FATAL):
        raise BadInput("Outcome: a fatal outcome and the tick at Death go together.", "outcome")
    if grade == 5 and outcome is not Outcome.FATAL:
        raise BadInput("Grade 5 is death: the outcome is then fatal.", "outcome")
