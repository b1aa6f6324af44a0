"""Contact details of a patient and the reason for opening them; the code of a wallet card. Pure."""

import json
import re
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from rems.core.errors import BadInput
from rems.patients.rules import CODE_LETTERS, said

MOST_OTHERS = 3
SHORTEST_WORDS = 5  # characters that say why
CODE_LENGTH = 8  # of 25 letters: 150 thousand million codes
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,28}[0-9](?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)

FIRST_STEPS = (
    "Treat what threatens life at once, then call the number on the front: genetically modified T cells were given or "
    "are planned, see there.",
    "Fever, low blood pressure, fast pulse, hard breathing: think of cytokine release syndrome (CRS).",
    "Confusion, trouble speaking or writing, tremor, seizure: think of neurologic toxicity (ICANS).",
    "Ask the site about tocilizumab and corticosteroids; CRS and ICANS may come together and get worse within hours.",
)
"""What an emergency room does first. No label words it for a card: physicians of the site review it."""


class Purpose(StrEnum):
    """Why contact details are opened."""

    FOLLOW_UP = "follow_up"
    APPOINTMENT = "appointment"
    SAFETY = "safety"
    LOST = "lost"
    REQUEST = "request"
    CORRECTION = "correction"
    OTHER = "other"


PURPOSE_WORDS: dict[Purpose, str] = {
    Purpose.FOLLOW_UP: "A follow-up visit or call is due",
    Purpose.APPOINTMENT: "To arrange treatment or an appointment",
    Purpose.SAFETY: "A safety matter: an adverse event, a product quality notice",
    Purpose.LOST: "To find a patient who was lost to follow-up",
    Purpose.REQUEST: "The patient asked for it",
    Purpose.CORRECTION: "To correct the details",
    Purpose.OTHER: "Another reason",
}


class Way(StrEnum):
    """How the patient prefers to be reached."""

    PHONE = "phone"
    EMAIL = "email"
    MAIL = "mail"


WAY_WORDS: dict[Way, str] = {Way.PHONE: "By phone", Way.EMAIL: "By e-mail", Way.MAIL: "By mail"}


@dataclass(frozen=True)
class Person:
    """Somebody beside the patient who may be asked: family, a friend, the family doctor."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True)
class Contact:
    """How a patient is reached. `way` None: no preference. Kept encrypted, as one text."""

    name: str
    phones: tuple[str, ...] = ()
    email: str = ""
    address: str = ""
    language: str = ""
    way: Way | None = None
    best_time: str = ""
    others: tuple[Person, ...] = ()

    def text(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> "Contact":
        """From the text that was sealed."""
        kept: dict[str, Any] = json.loads(text)
        others = tuple(Person(**one) for one in kept.pop("others"))
        way, phones = kept.pop("way"), tuple(kept.pop("phones"))
        return cls(**kept, way=Way(way) if way else None, phones=phones, others=others)


def tidy(contact: Contact) -> Contact:
    """The same details with single spaces, without empty lines and empty persons."""
    return Contact(
        name=_line(contact.name),
        phones=tuple(phone for given in contact.phones if (phone := _line(given))),
        email=contact.email.strip(),
        address="\n".join(line for given in contact.address.splitlines() if (line := _line(given))),
        language=_line(contact.language),
        way=contact.way,
        best_time=_line(contact.best_time),
        others=tuple(
            Person(_line(one.name), _line(one.relation), _line(one.phone))
            for one in contact.others
            if any(part.strip() for part in (one.name, one.relation, one.phone))
        ),
    )


def check_contact(contact: Contact) -> None:
    """Raises BadInput with the field for details through which nobody could be reached."""
    if not contact.name:
        raise BadInput("Name is missing: write it as the patient gives it.", "name")
    for phone in contact.phones:
        _check_phone(phone, field="phones", what="Phone numbers")
    if not (contact.phones or contact.email or contact.address):
        raise BadInput("Nothing to reach the patient by: give a phone number, an e-mail or a postal address.", "phones")
    given = {Way.PHONE: contact.phones, Way.EMAIL: contact.email, Way.MAIL: contact.address}
    if contact.way is not None and not given[contact.way]:
        asked = {Way.PHONE: "phone number", Way.EMAIL: "e-mail address", Way.MAIL: "postal address"}[contact.way]
        raise BadInput(f"Preferred way: {WAY_WORDS[contact.way].lower()}, but no {asked} is given.", "way")
    for number, one in enumerate(contact.others, 1):
        for name, value in (("name", one.name), ("relation", one.relation), ("phone", one.phone)):
            if not value:
                raise BadInput(
                    f"Contact person {number}: the {name} is missing. Give name, relation and phone, or none of them.",
                    f"other{number}_{name}",
                )
        _check_phone(one.phone, field=f"other{number}_phone", what=f"Contact person {number}")


def check_birth_date(birth_on: date, *, birth_year: int, number: str, today: date) -> None:
    """The full date of birth agrees with the year that stands in the open record. Raises BadInput."""
    if birth_on > today:
        raise BadInput(f"Date of birth: {said(birth_on)} has not come yet.", "birth_on")
    if birth_on.year != birth_year:
        raise BadInput(
            f"Date of birth: {said(birth_on)} is not in {birth_year}, the year of birth of {number}. One of the two is "
            "wrong: check the registry number first.",
            "birth_on",
        )


def check_words(words: str) -> str:
    """Why the details are opened, in a few words. Raises BadInput for none."""
    kept = _line(words)
    if len(kept) < SHORTEST_WORDS:
        raise BadInput(
            "In your words: say what you need the details for, such as: call about the day-100 visit.", "words"
        )
    return kept


def new_code() -> str:
    """A code for a wallet card, such as R4T9-KXMA; it is drawn at random and says nothing."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def digest_of(code: str) -> str:
    """What is kept of a code (SHA-256, hex). Case, spaces and signs of what was typed do not matter."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    return sha256(letters.encode()).hexdigest()


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _check_phone(phone: str, *, field: str, what: str) -> None:
    if not _PHONE.fullmatch(phone):
        raise BadInput(f'{what}: "{phone}" is no phone number; write it like +49 30 555 0142.', field)
