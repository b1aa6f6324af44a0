"""How a patient was seen and what was learned; which visits may be recorded as what. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rems.core.errors import BadInput
from rems.followup.schedule import Visit
from rems.patients.rules import said
from rems.programs.rules import VisitKind

SURVIVAL_QUESTION = "SURVIVAL"  # asked on its own at every visit, not as a yes or no


class ContactKind(StrEnum):
    ON_SITE = "on_site"
    OTHER_CLINIC = "other_clinic"
    PHONE = "phone"
    LETTER = "letter"
    REGISTRY = "registry"

    @property
    def words(self) -> str:
        """As a page says it."""
        return _CONTACTS[self]


class Survival(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return {"alive": "Alive", "dead": "Died"}.get(self.value, "Not known")


class Answer(StrEnum):
    """What a patient or a record answers to one question of a visit."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return {"no": "No", "yes": "Yes"}.get(self.value, "Not known")


_CONTACTS = {
    ContactKind.ON_SITE: "On site",
    ContactKind.OTHER_CLINIC: "At another clinic",
    ContactKind.PHONE: "By phone",
    ContactKind.LETTER: "By letter",
    ContactKind.REGISTRY: "From a registry",
}


@dataclass(frozen=True)
class Seen:
    """What an earlier or later visit says of survival; `died_on` only for the dead."""

    on: date
    survival: Survival
    died_on: date | None = None


def check_day(on: date, *, infused_on: date, today: date) -> None:
    """A visit has taken place, and not before the infusion. Days are the site's own. Raises BadInput."""
    if on > today:
        raise BadInput(f"Day of the visit: {said(on)} has not come yet; today is {said(today)}.", "holds_on")
    if on < infused_on:
        raise BadInput(
            f"Day of the visit: {said(on)} is before the infusion on {said(infused_on)}; follow-up begins with it.",
            "holds_on",
        )


def outside(visit: Visit, on: date) -> bool:
    """Whether a day lies outside the window; where none is set, none does."""
    early = visit.opens_on is not None and on < visit.opens_on
    return early or (visit.closes_on is not None and on > visit.closes_on)


def check_window(visit: Visit, on: date, *, survival: Survival, late_reason: str) -> None:
    """A visit outside its window says why; a death is told when it is known. Raises BadInput."""
    if survival is Survival.DEAD or late_reason.strip() or not outside(visit, on):
        return
    if visit.opens_on and visit.closes_on:
        raise BadInput(
            f"Reason is missing: {said(on)} is outside the window of {visit.title}, {said(visit.opens_on)} to "
            f"{said(visit.closes_on)}; say why.",
            "late_reason",
        )


IN_PERSON = frozenset({ContactKind.ON_SITE, ContactKind.OTHER_CLINIC})


def by_phone(visit: Visit) -> bool:
    """Whether a visit may be held without seeing the patient: all but the examinations of a schedule.

    The FDA guidance of January 2020 asks for examinations in years 1 to 5 and lets a query of years 6 to 15 be a call;
    CIBMTR takes a call where no clinician saw the patient (determining contact dates).
    """
    return visit.kind is not VisitKind.EXAMINATION


def check_contact(visit: Visit, contact: ContactKind, *, survival: Survival) -> None:
    """An examination is held in person; a death is told however it is learned of. Raises BadInput."""
    if contact in IN_PERSON or survival is Survival.DEAD or by_phone(visit):
        return
    raise BadInput(
        f"How: {visit.title} is an examination, so the patient is seen on site or at another clinic. "
        f'"{contact.words}" is for visits that may be a query.',
        "contact",
    )


def check_survival(now_said: Seen, *, infused_on: date, others: Iterable[Seen]) -> None:
    """What one visit says of survival fits the infusion and every other visit. Raises BadInput."""
    died_on = now_said.died_on
    if now_said.survival is not Survival.DEAD and died_on is not None:
        raise BadInput("Day of death: there is one only where the patient has died.", "died_on")
    if died_on is not None and died_on > now_said.on:
        raise BadInput(
            f"Day of death: {said(died_on)} is after the day of the visit, {said(now_said.on)}; it was not known then.",
            "died_on",
        )
    if died_on is not None and died_on < infused_on:
        raise BadInput(f"Day of death: {said(died_on)} is before the infusion on {said(infused_on)}.", "died_on")
    for other in others:
        if other.died_on and now_said.survival is Survival.ALIVE and now_said.on > other.died_on:
            raise BadInput(
                f"Survival: another visit says that the patient died on {said(other.died_on)}; correct that one first.",
                "survival",
            )
        if died_on and other.survival is Survival.ALIVE and other.on > died_on:
            raise BadInput(
                f"Day of death: on {said(other.on)} another visit found the patient alive; correct that one first.",
                "died_on",
            )
        if died_on and other.died_on and other.died_on != died_on:
            raise BadInput(
                f"Day of death: another visit says {said(other.died_on)}; correct that one first.", "died_on"
            )


def keep(asked: Collection[str], answers: Mapping[str, str], notes: Mapping[str, str], told: Seen) -> dict[str, Any]:
    """What a visit learned, as it is kept: each answer with its note, and the day and cause of a death.

    A question without an answer was not asked. Raises BadInput for one that the visit does not ask, an answer other
    than yes, no and unknown, and a note without an answer.
    """
    plain = [code for code in asked if code != SURVIVAL_QUESTION]
    words = {code: note.strip() for code, note in notes.items() if note.strip()}
    for code in (*answers, *words):
        if code not in plain and not (code == SURVIVAL_QUESTION and code in words):
            raise BadInput(f'This visit does not ask "{code}". It asks: {", ".join(plain) or "survival alone"}.')
    for code in plain:
        if code in answers and answers[code] not in set(Answer):
            raise BadInput(f'{code}: "{answers[code]}" is no answer; it is yes, no or unknown.', f"ask_{code}")
        if code in words and code not in answers:
            raise BadInput(f"{code}: the note stands alone; answer yes, no or unknown.", f"ask_{code}")
    kept = {code: _told(answer=str(answers[code]), note=words.get(code, "")) for code in plain if code in answers}
    died_on = told.died_on.isoformat() if told.died_on else ""
    death = _told(died_on=died_on, note=words.get(SURVIVAL_QUESTION, ""))
    return {**kept, SURVIVAL_QUESTION: death} if death else kept


def _told(**parts: str) -> dict[str, str]:
    return {name: words for name, words in parts.items() if words}


def day_of_death(survival: Survival, holds_on: date, answers: Mapping[str, Any]) -> date | None:
    """When the patient died, as a visit says; where it names no day, that of the visit. None for the living."""
    if survival is not Survival.DEAD:
        return None
    told = answers.get(SURVIVAL_QUESTION, {}).get("died_on", "")
    return date.fromisoformat(told) if told else holds_on
