"""The forms of contact details: the reason for opening them, the details themselves, and why a card is void."""

from typing import Any

from markupsafe import Markup

from rems.patients.identity.queries import Opened
from rems.patients.identity.rules import MOST_OTHERS, PURPOSE_WORDS, WAY_WORDS, Contact, Person, Purpose, Way
from rems.web.forms import BaseForm, ChoiceField, DayField, EmailField, HiddenField, LongTextField, TextField

KEY = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class OpenForm(BaseForm):
    """Why the details are opened; kept before they are shown."""

    purpose = ChoiceField("Reason", choices=[(p.value, PURPOSE_WORDS[p]) for p in Purpose], shown="radio")
    words = TextField(
        "In your words",
        longest=300,
        hint="What you need them for. Without the patient's name: whoever may read the trail reads this.",
    )


class RevokeForm(BaseForm):
    """Why a wallet card is void."""

    reason = TextField("Reason", longest=300, hint="Such as: lost on the way home")


class PersonField(TextField):
    """A line about a further person: its label stands under their legend, and is whole for a screen reader."""

    def __init__(self, number: int, about: str, **more: Any) -> None:
        hidden = Markup('<span class="visually-hidden">Contact person {}: </span>{}').format(number, about)
        super().__init__(hidden, optional=True, **more)
        self.number, self.about = number, about

    @property
    def words(self) -> str:
        return f"Contact person {self.number}, {self.about.lower()}"


class DetailsForm(BaseForm):
    """How a patient is reached. `seen` is the state that is changed, empty for the first."""

    seen = HiddenField(pattern=KEY, expected="the key of a record")
    name = TextField("Name", longest=200)
    birth_on = DayField("Date of birth", optional=True, hint="Kept encrypted; its year is the one on record")
    phones = LongTextField("Phone numbers", longest=300, optional=True, hint="One a line, such as +49 30 555 0142")
    email = EmailField("E-mail address", optional=True)
    address = LongTextField("Postal address", longest=500, optional=True)
    language = TextField("Preferred language", longest=60, width="mid", optional=True)
    way = ChoiceField("Preferred way", choices=[(w.value, WAY_WORDS[w]) for w in Way], optional=True)
    best_time = TextField("Best time", longest=120, width="mid", optional=True, hint="Such as weekdays after 17:00")

    def contact(self) -> Contact:
        """What was filled in."""
        return Contact(
            name=self.name.data,
            phones=tuple(self.phones.data.splitlines()),
            email=self.email.data,
            address=self.address.data,
            language=self.language.data,
            way=Way(self.way.data) if self.way.data else None,
            best_time=self.best_time.data,
            others=tuple(
                Person(*(self[f"other{n}_{part}"].data for part in ("name", "relation", "phone")))
                for n in range(1, MOST_OTHERS + 1)
            ),
        )


def _others() -> dict[str, Any]:
    """Three fields for each further person."""
    found: dict[str, Any] = {}
    for number in range(1, MOST_OTHERS + 1):
        for about, longest in (("Name", 200), ("Relation", 60), ("Phone", 60)):
            found[f"other{number}_{about.lower()}"] = PersonField(number, about, longest=longest, width="date")
    return found


WholeForm: type[DetailsForm] = type("WholeForm", (DetailsForm,), _others())


def first_values(opened: Opened) -> dict[str, Any]:
    """What the form begins with when details are changed."""
    contact = opened.contact
    values: dict[str, Any] = {
        "seen": str(opened.row_id),
        "name": contact.name,
        "birth_on": opened.birth_on,
        "phones": "\n".join(contact.phones),
        "email": contact.email,
        "address": contact.address,
        "language": contact.language,
        "way": contact.way.value if contact.way else None,
        "best_time": contact.best_time,
    }
    for number, one in enumerate(contact.others, 1):
        values |= {f"other{number}_{part}": getattr(one, part) for part in ("name", "relation", "phone")}
    return values
