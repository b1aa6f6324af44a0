"""Which countries belong to the jurisdiction of a program on a day. Pure."""

from collections.abc import Mapping
from datetime import date

UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
"""The states with Puerto Rico and the territories, which the law counts among them (21 U.S.C. 321(a)(1))."""

EUROPEAN_UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]  # the 27 members
    + ["IS", "LI", "NO"]  # the rest of the European Economic Area, where Directive 2001/83/EC holds too
)
UNTIL: Mapping[tuple[str, str], date] = {("EU", "GB"): date(2020, 12, 31)}
"""Who belonged once: the last day on which the law of the jurisdiction held there."""

COUNTRIES: Mapping[str, frozenset[str]] = {"US": UNITED_STATES, "EU": EUROPEAN_UNION}


def belongs(country: str, jurisdiction: str, on: date) -> bool:
    """Whether a country (ISO 3166-1 alpha-2) lies in a jurisdiction (`US`, `EU`, or a country) on that day."""
    until = UNTIL.get((jurisdiction, country))
    return country in COUNTRIES.get(jurisdiction, {jurisdiction}) or (until is not None and on <= until)
