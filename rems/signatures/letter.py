"""The organization's own letter to FDA on electronic signatures (21 CFR 11.100(c)), ready to print and sign by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest
from rems.web.filters import long_day

BLANK = "____________________________"
SUBJECT = "Certification of electronic signatures under 21 CFR 11.100(c)"
WHERE = (
    "The regulation no longer names an address: it points to FDA's web page on letters of non-repudiation agreement. "
    "Look there for where the letter goes today."
)


@dataclass(frozen=True)
class Letter:
    """The letter in its parts; what a setting leaves empty is a line to write on, named in `missing`."""

    organization: str
    address: str
    signatory: str
    signatory_title: str
    on: date
    missing: tuple[str, ...]

    @property
    def body(self) -> tuple[str, ...]:
        """The paragraphs between greeting and close."""
        return (
            f"Under section 11.100(c) of Title 21 of the Code of Federal Regulations, {self.organization} certifies "
            "that all electronic signatures executed by its employees, agents and representatives, located anywhere in "
            "the world, are intended to be the legally binding equivalent of traditional handwritten signatures.",
            "On request we give additional certification or testimony that a specific electronic signature is the "
            "legally binding equivalent of the signer's handwritten signature, as section 11.100(c)(2) asks.",
        )


def letter(organization: Mapping[str, str], *, on: date) -> Letter:
    """The letter of a day, from the settings of the organization."""
    names = ("name", "address", "signatory", "signatory_title")
    given = {name: str(organization.get(name, "")).strip() for name in names}
    filled = {name: words or BLANK for name, words in given.items()}
    missing = tuple(name for name, words in given.items() if not words)
    return Letter(filled["name"], filled["address"], filled["signatory"], filled["signatory_title"], on, missing)


def letter_pdf(written: Letter) -> bytes:
    """The letter as PDF, with a line to sign on."""
    said = [
        parts.prose("U.S. Food and Drug Administration"),
        parts.gap(),
        parts.prose("To whom it may concern:"),
        *[part for words in written.body for part in (parts.gap(), parts.prose(words))],
        parts.gap(14),
        parts.prose("Sincerely,"),
        parts.gap(40),
        parts.prose(BLANK),
        parts.note("Traditional handwritten signature"),
        parts.gap(),
        parts.prose(written.signatory),
        parts.prose(written.signatory_title),
        parts.prose(written.organization),
    ]
    content = {"subject": SUBJECT, "organization": written.organization, "body": list(written.body), "on": written.on}
    return Document(
        title=SUBJECT,
        scope_line=written.organization,
        subline=written.address,
        facts=[("Date", long_day(written.on))],
        footer=Proof(
            as_of=written.on, known_at=None, program_line="", rules_digest="", content_digest=content_digest(content)
        ),
    ).render(said)
