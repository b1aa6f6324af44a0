"""What a public report says: its days against the law's, codes in words, CAR-T products, terms of interest. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rems.core.errors import SetupError

EXPEDITED_DAYS = 15
EXPEDITED_CITE = "21 CFR 600.80(c)(1) and 314.80(c)(1)"

REPORT_TYPES: Mapping[str, str] = {
    "EXP": "Expedited (15-day)",
    "PER": "Periodic",
    "DIR": "Direct",
    "5DAY": "5-day, combination product",
    "30DAY": "30-day, combination product",
}
ROLES: Mapping[str, str] = {"PS": "Primary suspect", "SS": "Secondary suspect", "C": "Concomitant", "I": "Interacting"}
OUTCOMES: Mapping[str, str] = {
    "DE": "Death",
    "LT": "Life-threatening",
    "HO": "Hospitalization",
    "DS": "Disability",
    "CA": "Congenital anomaly",
    "RI": "Required intervention",
    "OT": "Other serious",
}
SOURCES: Mapping[str, str] = {
    "FGN": "Foreign",
    "SDY": "Study",
    "LIT": "Literature",
    "CSM": "Consumer",
    "HP": "Health professional",
    "UF": "User facility",
    "CR": "Company representative",
    "DT": "Distributor",
    "OTH": "Other",
}
REPORTERS: Mapping[str, str] = {
    "MD": "Physician",
    "PH": "Pharmacist",
    "OT": "Other health professional",
    "HP": "Health professional",
    "LW": "Lawyer",
    "CN": "Consumer",
}
SEXES: Mapping[str, str] = {"M": "Male", "F": "Female", "UNK": "Unknown"}
UNITS: Mapping[str, str] = {
    "DEC": "decades", "YR": "years", "MON": "months", "WK": "weeks", "DY": "days", "DAY": "days", "HR": "hours",
    "MIN": "minutes", "SEC": "seconds", "KG": "kg", "LBS": "lb", "GMS": "g",
}  # fmt: skip


def in_words(code: str, table: Mapping[str, str]) -> str:
    """The meaning of a code; one that FDA's description does not list stays as it was written. Blank stays blank."""
    return table.get(code.upper(), code)


def days_taken(mfr_received_on: date | None, fda_received_on: date | None) -> int | None:
    """Calendar days from the manufacturer's latest information to FDA; the day of receipt is day 0.

    None when one of the two is missing or partial. Negative when FDA's day is the earlier one: the dates contradict.
    """
    if mfr_received_on is None or fda_received_on is None:
        return None
    return (fda_received_on - mfr_received_on).days


def late_by(report_type: str, days: int | None) -> int | None:
    """Days beyond 15 for an expedited report, 0 when in time. None for any other type, or when the days are not known.

    Source: `EXPEDITED_CITE`. The 5-day clock of a combination product counts work days and is not judged here.
    """
    if report_type.upper() != "EXP" or days is None or days < 0:
        return None
    return max(0, days - EXPEDITED_DAYS)


def days_in_words(report_type: str, days: int | None) -> str:
    """`12 of 15 days`, `18 of 15 days, late by 3`; other types `37 days`, without a judgment."""
    if days is None:
        return "Not known: a day is missing or partial"
    if days < 0:
        return f"The dates contradict: FDA's day is {_days(-days)} before the manufacturer's"
    late = late_by(report_type, days)
    if late is None:
        return _days(days)
    return f"{days} of {EXPEDITED_DAYS} days" + (f", late by {late}" if late else "")


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


BRITISH = (("ae", "e"), ("oe", "e"), ("our", "or"), ("isation", "ization"))


def fold(text: str) -> str:
    """Lower case without accents and punctuation, single spaces, American spelling: for comparing, never for showing.

    `Haemophagocytic  lymphohistiocytosis` and `Hemophagocytic lymphohistiocytosis` fold to the same text.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    for british, american in BRITISH:
        plain = plain.replace(british, american)
    return " ".join(re.findall(r"[^\W_]+", plain))


WORD, WORDS = 60, 60  # a word of a malicious text must fit an index, and a text must not fill it alone


def words_of(*texts: str) -> list[str]:
    """The folded words a report is found by, each once; of each text the first 60, of each word 60 characters."""
    found = (word[:WORD] for text in texts for word in fold(text).split()[:WORDS])
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Terms:
    """The tables of config/terms, folded once: names of CAR-T products, and reaction terms of special interest."""

    products: Mapping[str, str]
    inn_endings: tuple[str, ...]
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: Mapping[str, str]

    def cart_product(self, name: str, ingredient: str = "") -> str | None:
        """The CAR-T product a drug line names, by its INN; the word itself if the table does not list it; or None."""
        texts = [f" {fold(text)} " for text in (ingredient, name) if text]
        for text in texts:
            for known, inn in self.products.items():
                if f" {known} " in text:
                    return inn
        for text in texts:
            for word in text.split():
                if word.endswith(self.inn_endings):
                    return word
        return next((kind for text in texts for kind in self.kinds if f" {kind} " in text), None)

    def special_interest(self, term: str) -> str | None:
        """The group of special interest a reaction term belongs to, or None."""
        return self.group_of.get(fold(term))


def terms_of(products: object, aesi: object) -> Terms:
    """The two tables as read from YAML. Raises SetupError, naming the file and the place in it."""
    first, second = "cart-products.yaml", "cart-aesi.yaml"
    names: dict[str, str] = {}
    for at, product in enumerate(_listed(_part(products, "products", first), "products", first)):
        place = f"products[{at}]"
        inn = _part(product, "inn", first, place)
        brands = _words(_part(product, "names", first, place), f"{place}.names", first)
        for name in (*_words([inn], f"{place}.inn", first), *brands):
            names[fold(name)] = str(inn)
    found: dict[str, str] = {}
    groups = _part(aesi, "groups", second)
    if not isinstance(groups, Mapping):
        raise SetupError(f"{second}: groups must map each group to a list of terms.")
    for group, terms in groups.items():
        for term in _words(terms, f"groups.{group}", second):
            if found.setdefault(fold(term), str(group)) != group:
                raise SetupError(
                    f'{second}: groups.{group}: "{term}" is also in {found[fold(term)]}; keep one of them.'
                )
    return Terms(
        products=names,
        inn_endings=tuple(fold(w) for w in _kept(products, "inn_endings", first)),
        kinds=tuple(fold(w) for w in _kept(products, "kinds", first)),
        groups=tuple(str(g) for g in groups),
        group_of=found,
    )


def _part(table: object, key: str, file: str, place: str = "") -> Any:
    if not isinstance(table, Mapping) or key not in table:
        raise SetupError(f"{file}: {place + '.' if place else ''}{key} is missing.")
    return table[key]


def _listed(value: object, place: str, file: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise SetupError(f"{file}: {place} must be a list with at least one entry.")
    return value


def _words(value: object, place: str, file: str) -> list[str]:
    for word in (found := _listed(value, place, file)):
        if not isinstance(word, str) or not fold(word):
            raise SetupError(f"{file}: {place} must hold words; found {word!r}.")
    return found


def _kept(table: object, key: str, file: str) -> list[str]:
    return _words(_part(_part(table, key, file), "words", file, key), f"{key}.words", file)
