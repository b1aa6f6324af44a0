"""The words in which programs are written: how sure a value is, who must do what, and spans of time. Pure."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

_QUANTITY = re.compile(r"(\d{1,5}) (calendar day|working day|hour|week|month|year)s?")


class Confidence(StrEnum):
    """How sure a value of a program is. Only what was found at a source counts as verified."""

    FOUND = "found"
    FOUND_INFERRED = "found_inferred"
    GENERAL_HIGH = "general_high"
    GENERAL_MEDIUM = "general_medium"
    UNCERTAIN = "uncertain"

    @property
    def verified(self) -> bool:
        """False: a page shows "not verified" beside the value."""
        return self in (Confidence.FOUND, Confidence.FOUND_INFERRED)


class Unit(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class Stage(StrEnum):
    """When a duty applies, in the order of FDA's REMS pages; the last two are ours."""

    BECOME_CERTIFIED = "become_certified"
    BEFORE_ADMINISTRATION = "before_administration"
    MAINTAIN_CERTIFICATION = "maintain_certification"
    AT_ALL_TIMES = "at_all_times"
    FOLLOW_UP = "follow_up"
    SPONSOR = "sponsor"


class Ask(StrEnum):
    """How a requirement is answered from facts."""

    SITE_HAS = "site_has"  # evidence about the site, in force on the day
    REPRESENTATIVE_HAS = "representative_has"  # evidence about the authorized representative of that day
    EACH_STAFF_HAS = "each_staff_has"  # every staff member of a relevant role on that day has evidence
    DOSES_ON_SITE = "doses_on_site"  # doses on hand, the number from the version's tocilizumab rule
    EACH_INFUSION_HAS = "each_infusion_has"  # each infusion of the 365 days before has evidence
    EACH_PATIENT_HAS = "each_patient_has"  # each patient infused in the 365 days before has evidence
    EACH_CASE_HAS = "each_case_has"  # each serious CRS or neurotoxicity case of the 365 days before has evidence
    EVENT_DRIVEN = "event_driven"  # asked only when something happened
    SPONSOR = "sponsor"  # the sponsor's duty: not asked of the site
    LABEL = "label"  # labeled advice: shown, never a finding of the site


NEEDS_EVIDENCE = frozenset(
    {
        Ask.SITE_HAS,
        Ask.REPRESENTATIVE_HAS,
        Ask.EACH_STAFF_HAS,
        Ask.EACH_INFUSION_HAS,
        Ask.EACH_PATIENT_HAS,
        Ask.EACH_CASE_HAS,
        Ask.EVENT_DRIVEN,
    }
)


class EvidenceKind(StrEnum):
    """What a dated piece of evidence is; it stands below the floor that keeps the facts because programs ask by it."""

    REPRESENTATIVE_DESIGNATED = "representative-designated"
    ENROLLMENT_FORM = "enrollment-form"
    LIVE_TRAINING = "live-training"
    MATERIAL_REVIEW = "material-review"
    KNOWLEDGE_ASSESSMENT = "knowledge-assessment"
    STAFF_TRAINING = "staff-training"
    PROCEDURE_NEW_STAFF = "procedure-new-staff"
    PROCEDURE_VERIFY_TOCILIZUMAB = "procedure-verify-tocilizumab"
    SITE_QUALIFICATION = "site-qualification"
    TOCILIZUMAB_VERIFIED = "tocilizumab-verified"
    WALLET_CARD = "wallet-card"
    ALERT_CARD = "alert-card"
    CASE_REPORT = "case-report"
    RECORDS_KEPT = "records-kept"
    AUDIT = "audit"
    REGISTRY_CONSENT = "registry-consent"
    TRACEABILITY = "traceability"
    INFUSION = "infusion"
    CONTACT = "contact"
    RETRAINING = "retraining"
    AUDIT_FINDING = "audit-finding"
    PRESCRIBERS_CERTIFIED = "prescribers-certified"
    PROCEDURE_COUNSELING = "procedure-counseling"
    PROCEDURE_VERIFY_PRESCRIBER = "procedure-verify-prescriber"
    PRODUCT_KEPT = "product-kept"
    PHYSICIANS_TRAINED = "physicians-trained"


class TriggerKind(StrEnum):
    """What makes a certificate end, or asks a requirement anew, without anybody's act."""

    NEW_REPRESENTATIVE = "new_representative"
    INACTIVITY = "inactivity"
    NEW_MATERIAL = "new_material"
    AUDIT_FINDING = "audit_finding"


class TriggerEffect(StrEnum):
    """What a trigger does once its grace is over."""

    LAPSED = "lapsed"
    OPEN_FINDING = "open_finding"


class Stop(StrEnum):
    """What an open requirement does before an infusion."""

    LEGAL_STOP = "legal_stop"
    WARNING = "warning"


class Party(StrEnum):
    """Who must act."""

    HOSPITAL = "hospital"
    AUTHORIZED_REPRESENTATIVE = "authorized_representative"
    STAFF = "staff"
    PRESCRIBER = "prescriber"
    DISPENSER = "dispenser"
    PATIENT = "patient"
    SPONSOR = "sponsor"
    REGISTRY_CENTER = "registry_center"
    MEDICAL_ORGANIZATION = "medical_organization"


class Subject(StrEnum):
    """What a requirement is about."""

    SITE = "site"
    PERSON = "person"
    INFUSION = "infusion"
    PATIENT = "patient"
    CASE = "case"
    PROGRAM = "program"


class Cadence(StrEnum):
    ONCE = "once"
    ONCE_PER_REPRESENTATIVE = "once_per_representative"
    ONCE_PER_PERSON = "once_per_person"
    ONCE_PER_PATIENT = "once_per_patient"
    PER_INFUSION = "per_infusion"
    PER_DISPENSE = "per_dispense"
    PER_EVENT = "per_event"
    PER_SHIPMENT = "per_shipment"
    CONTINUOUS = "continuous"
    EVENT_DRIVEN = "event_driven"
    PERIODIC = "periodic"
    SCHEDULED = "scheduled"


class ProgramKind(StrEnum):
    REMS = "rems"
    RMP_ARM = "rmp_arm"  # additional risk minimization under an EU risk-management plan
    NATIONAL_PV = "national_pv"
    LABELING = "labeling"
    LTFU_GUIDANCE = "ltfu_guidance"
    REGISTRY = "registry"


class ProgramStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"
    STATUS_UNVERIFIED = "status_unverified"


class Start(StrEnum):
    """From when a clock counts. Only `day_zero` starts from a case."""

    DAY_ZERO = "day_zero"
    PERIOD_END = "period_end"
    ANNIVERSARY = "anniversary"


class VisitKind(StrEnum):
    EXAMINATION = "examination"
    QUERY = "query"
    ASSESSMENT = "assessment"


def add_months(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, its last day.

    31 August plus 6 months is 28 February (29 in a leap year); 29 February plus 1 year is 28 February,
    plus 4 years 29 February. Always count from the first day, never from a day reached before.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, order=True)
class Quantity:
    """A span of time as a rule writes it, such as "15 calendar days" or "8 hours"."""

    value: int
    unit: Unit

    def __str__(self) -> str:
        words = self.unit.replace("_", " ")
        return f"{self.value} {words[:-1] if self.value == 1 else words}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The quantity that such a text writes; None where it writes none."""
        found = _QUANTITY.fullmatch(text)
        return cls(int(found[1]), Unit(found[2].replace(" ", "_") + "s")) if found else None

    def after(self, day: date, *, is_working_day: Callable[[date], bool] | None = None) -> date | None:
        """The day so long after `day`, which itself is day 0. Weekends and holidays count except in working days.

        None where working days are asked and nobody says which days these are. Raises ValueError for hours:
        a day does not say at which hour they begin.
        """
        match self.unit:
            case Unit.CALENDAR_DAYS:
                return day + timedelta(days=self.value)
            case Unit.WEEKS:
                return day + timedelta(weeks=self.value)
            case Unit.MONTHS:
                return add_months(day, self.value)
            case Unit.YEARS:
                return add_months(day, 12 * self.value)
            case Unit.HOURS:
                raise ValueError("hours cannot be added to a day")
        if is_working_day is None:
            return None
        left = self.value
        while left:
            day += timedelta(days=1)
            left -= is_working_day(day)
        return day
