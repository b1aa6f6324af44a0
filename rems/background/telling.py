"""How the fields of a public report read as words: partial days, ages, doses, therapies. Pure."""

from rems.background.layout import Broken, Day, Demo, Drug, Therapy, day
from rems.background.rules import UNITS, in_words

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_in_words(found: Day | None) -> str:
    """26 Dec 2014, Dec 2014 or 2014; empty for None."""
    if found is None:
        return ""
    month = f"{MONTHS[found.month - 1]} " if found.month else ""
    return f"{f'{found.day} ' if found.day else ''}{month}{found.year:04}"


def kept_day(text: str) -> str:
    """A day as it is kept (`2014-12-26`, `2014-12`, `2014` or empty) in words; what is no day stays as it is."""
    try:
        return day_in_words(day(text.replace("-", "")))
    except Broken:
        return text


def amount(number: str, unit: str) -> str:
    """`61 years`, `72.5 kg`; a unit FDA does not list stays as it was written; empty without a number."""
    return f"{number} {in_words(unit, UNITS)}".strip() if number else ""


def age(report: Demo) -> str:
    return amount(report.age, report.age_unit)


def weight(report: Demo) -> str:
    return amount(report.weight, report.weight_unit)


def dose(drug: Drug) -> str:
    """The dose in the reporter's words; else its amount, unit, form and frequency."""
    return drug.dose or " ".join(filter(None, (drug.amount, drug.unit.lower(), drug.form.lower(), drug.frequency)))


def therapy(given: Therapy) -> str:
    """`12 Aug 2014 to Sep 2014, 30 days`; `from 12 Aug 2014`; `until 2014`; empty when nothing is known."""
    began, ended = day_in_words(given.began), day_in_words(given.ended)
    if began and ended:
        days = began if began == ended else f"{began} to {ended}"
    else:
        days = f"from {began}" if began else f"until {ended}" if ended else ""
    return ", ".join(filter(None, (days, amount(given.lasted, given.lasted_unit))))
