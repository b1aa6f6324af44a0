"""Words of the patient record, and what may be kept of a person: a number, never a name or a full birth date. Pure."""

import re
import secrets
import unicodedata
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from rems.core.errors import BadInput


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"

    @property
    def person(self) -> str:
        """As a page begins to describe the patient."""
        return {"female": "Woman", "male": "Man"}.get(self.value, "Sex not known")


class FactKind(StrEnum):
    """What is recorded about a patient, each on its own day."""

    WEIGHT = "weight"
    CONSENT_TREATMENT = "consent-treatment"
    CONSENT_REGISTRY = "consent-registry"
    CONSENT_CONTACT = "consent-contact"
    CONSENT_SAMPLES = "consent-samples"
    STUDY_STATUS = "study-status"
    REFERRAL = "referral"
    APHERESIS = "apheresis"
    MANUFACTURING_SLOT = "manufacturing-slot"
    LYMPHODEPLETION = "lymphodepletion"
    WALLET_CARD = "wallet-card"
    ALERT_CARD = "alert-card"
    DEFERRAL = "deferral"
    PRODUCT_RECEIPT = "product-receipt"


CONSENTS: dict[FactKind, str] = {
    FactKind.CONSENT_TREATMENT: "treatment",
    FactKind.CONSENT_REGISTRY: "registry",
    FactKind.CONSENT_CONTACT: "contact",
    FactKind.CONSENT_SAMPLES: "sample storage",
}
CARDS: dict[FactKind, str] = {
    FactKind.WALLET_CARD: "Patient wallet card",
    FactKind.ALERT_CARD: "Patient alert card",
}
DEFERRAL_QUESTIONS: dict[str, str] = {
    "infection": "Active infection",
    "inflammatory": "Inflammatory disorder",
    "reaction": "Unresolved serious reaction to earlier treatment",
    "gvhd": "Active graft-versus-host disease",
}

MILESTONES: dict[FactKind, str] = {
    FactKind.REFERRAL: "Referral",
    FactKind.APHERESIS: "Apheresis",
    FactKind.MANUFACTURING_SLOT: "Manufacturing slot",
    FactKind.LYMPHODEPLETION: "Lymphodepletion",
}
"""The dated steps on the way to the infusion; the receipt of the product is one too, and stands by itself."""

MAY_PRECEDE = frozenset({FactKind.WEIGHT, FactKind.STUDY_STATUS, *CONSENTS, *MILESTONES})
"""What may have been so before the patient was enrolled."""
BEFORE_INFUSION = frozenset({FactKind.DEFERRAL, FactKind.PRODUCT_RECEIPT, *MILESTONES})
"""What makes no sense after the infusion."""

OLDEST = 120  # years; nobody treated is older

_SHAPE = re.compile(r"[A-Z0-9](?:[A-Z0-9./_-]{0,38}[A-Z0-9])?", re.IGNORECASE)
_WRITTEN_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[./_-]\d{1,2}[./_-]\d{1,2}|\d{1,2}[./_-]\d{1,2}[./_-](?:\d{4}|\d{2}))(?!\d)"
)
_EIGHT = re.compile(r"(?<!\d)\d{8}(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]+")
_FIRST_LETTERS = 6  # the longest abbreviation of a site or registry that a number begins with
WRITE_A_NUMBER = "Write the number from the registry or the site, such as HL-0417."


def check_number(text: str, *, birth_year: int | None = None) -> str:
    """The registry number, in capitals. Raises BadInput for what looks like a name or a full birth date.

    A pseudonym is letters, digits and . / _ - with at least one digit. Refused as a name: words, letters without a
    digit, a word in small letters, more than six letters in a row, four or more letters beside the year of birth.
    """
    number = " ".join(unicodedata.normalize("NFKC", text).split())
    if not number:
        raise BadInput(f"Registry number is missing. {WRITE_A_NUMBER}", "number")
    if _holds_a_date(number):
        raise BadInput(
            f'Registry number: "{number}" looks like a full date of birth, which is not kept here. {WRITE_A_NUMBER}',
            "number",
        )
    if _reads_like_a_name(number, birth_year):
        raise BadInput(
            f'Registry number: "{number}" looks like a name, which is not kept here. {WRITE_A_NUMBER}', "number"
        )
    if not _SHAPE.fullmatch(number):
        raise BadInput(
            f'Registry number: "{number}" is not 1 to 40 letters, digits and . / _ - alone. {WRITE_A_NUMBER}',
            "number",
        )
    return number.upper()


def _holds_a_date(number: str) -> bool:
    for written in _WRITTEN_DATE.findall(number):
        parts = re.split(r"[./_-]", written)
        year = next((p for p in parts if len(p) == 4), "2000")
        small = sorted(int(p) for p in (parts[1:] if len(parts[0]) == 4 else parts[:2]))
        if 1 <= small[0] <= 12 and small[1] <= 31 and 1900 <= int(year) <= 2100:
            return True
    for found in _EIGHT.findall(number):
        for pattern in ("%Y%m%d", "%d%m%Y", "%m%d%Y"):
            try:
                year = datetime.strptime(found, pattern).year  # noqa: DTZ007 (only whether the digits make a day)
            except ValueError:
                continue
            if 1900 <= year <= 2100:
                return True
    return False


def _reads_like_a_name(number: str, birth_year: int | None) -> bool:
    runs = _LETTERS.findall(number)
    longest = max((len(run) for run in runs), default=0)
    if not any(c.isdigit() for c in number) or longest > _FIRST_LETTERS:
        return longest > 0
    if any(len(run) > 2 and any(c.islower() for c in run[1:]) and not run.islower() for run in runs):
        return True
    if any(len(run) > 4 and run.islower() for run in runs) or (len(runs) > 1 and " " in number):
        return True
    return longest > 3 and birth_year is not None and re.search(rf"(?<!\d){birth_year}(?!\d)", number) is not None


def folded_number(text: str) -> str:
    """A number as it is searched by: no case, no spaces and signs, so that hl0417 finds HL-0417."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def check_birth_year(year: int, *, on: date) -> None:
    """Raises BadInput for a year in which a patient of that day was not born."""
    if not on.year - OLDEST <= year <= on.year:
        raise BadInput(f"Year of birth: {year} is not between {on.year - OLDEST} and {on.year}.", "birth_year")


def check_day(on: date, *, today: date, field: str, what: str, not_before: date | None = None, since: str = "") -> None:
    """A day of a record has come, and is not before what it rests on. Raises BadInput."""
    if on > today:
        raise BadInput(f"{what}: {said(on)} has not come yet; today is {said(today)}.", field)
    if not_before is not None and on < not_before:
        raise BadInput(f"{what}: {said(on)} is before {said(not_before)}, {since}.", field)


def when_words(at: datetime, zone: str) -> str:
    """3 Mar 2021, 10:00 CST: a moment as a sentence names it, on the clocks of a place (IANA name)."""
    local = at.astimezone(ZoneInfo(zone))
    name = local.tzname() or ""
    return f"{said(local.date())}, {local:%H:%M} {name if name[:1].isalpha() else f'UTC{name[:3]}'}"


def said(day: date) -> str:
    """27 Nov 2026, as a sentence of a record names a day."""
    return f"{day.day} {day:%b} {day.year}"


# No I, L, O, S, Z, 0, 1, 2, 5, 8, B: read aloud or written by hand, none of the rest is taken for another.
CODE_LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"


def new_code() -> str:
    """A code such as R4T-9KX for an authorization; six letters of 25 make 244 million."""
    letters = [secrets.choice(CODE_LETTERS) for _ in range(6)]
    return "".join(letters[:3]) + "-" + "".join(letters[3:])
