"""The wallet card as PDF: what it says of the treatment, and nothing of who the patient is."""

from dataclasses import dataclass
from datetime import date

from rems.core.lens import Lens
from rems.paper.card import Card, render_card
from rems.paper.page import Proof, content_digest, page_size
from rems.patients.identity.queries import product_words
from rems.patients.identity.rules import FIRST_STEPS, digest_of
from rems.patients.models import Infusion, Patient
from rems.patients.queries import Place
from rems.patients.rules import said
from rems.programs.rules import Quantity


@dataclass(frozen=True)
class CardContent:
    """What a wallet card says beside its code."""

    program: str
    code: str
    product: str
    infused: str
    site: str
    country: str
    phone: str
    stay: str
    driving: str


def card_content(patient: Patient, place: Place, given: Infusion | None, phone: str) -> CardContent:
    """The content of a card as it would be printed now."""
    on = given.holds_on if given else None
    if on is not None:
        infused = f"Infused on {said(on)}"
    elif patient.planned_infusion_on:
        infused = f"Infusion planned for {said(patient.planned_infusion_on)}"
    else:
        infused = "Infusion planned"
    label = place.program.labeled_monitoring
    return CardContent(
        program=place.program.title,
        code=place.program.code,
        product=product_words(patient, place),
        infused=infused,
        site=f"{place.site.name}, {place.site.city}",
        country=place.site.country,
        phone=phone,
        stay=until("Stay near the treatment site", label.proximity if label else None, on),
        driving=until("Do not drive or use dangerous machines", label.no_driving if label else None, on),
    )


def until(what: str, span: Quantity | None, on: date | None) -> str:
    """A time of the label as the card says it: with its last day, or with a line for the physician to fill in."""
    if span is None:
        return f"{what} until ________________"
    last = span.after(on) if on else None
    return f"{what} until {said(last)}" if last else f"{what} for {span} after the infusion"


def card_pdf(content: CardContent, code: str, *, base_url: str, lens: Lens) -> bytes:
    """The card, front and back, on the paper of the site's country."""
    told = {**content.__dict__, "code": digest_of(code), "program_code": content.code}
    return render_card(
        Card(
            program=content.program,
            product=content.product,
            infused=content.infused,
            site=content.site,
            phone=content.phone,
            steps=FIRST_STEPS,
            limits=(content.stay, content.driving),
            code=code,
            address=f"{base_url}/card/{code}",
            footer=Proof(
                as_of=lens.as_of,
                known_at=lens.known_at,
                program_line=content.code,
                rules_digest="",
                content_digest=content_digest(told),
            ),
            page_size=page_size(content.country),
        )
    )
