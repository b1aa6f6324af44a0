"""Of the evidence for a requirement, what still counts on a day. Pure."""

from dataclasses import replace
from datetime import date

from rems.certification.facts import Piece, SiteFacts
from rems.certification.words import long_day
from rems.programs.aging import VALID_FOR, last_day, renewed_by
from rems.programs.rules import Requirement, Version


def counting(asked: Requirement, version: Version, facts: SiteFacts, on: date) -> tuple[SiteFacts, str]:
    """The facts without what is too old for this requirement, and a sentence that says why it is; empty: nothing is."""
    newest = renewed_by(asked, version, facts.editions, on)
    if newest is None and VALID_FOR not in asked.parameters:
        return facts, ""
    left, why = [], ""
    for piece in facts.evidence:
        if piece.kind is not asked.evidence:
            left.append(piece)
        elif newest and piece.holds_on < newest.from_on:
            why = f"{newest.title}, {newest.edition}, came on {long_day(newest.from_on)}; what is older does not count."
        elif (last := last_day(asked, piece.holds_on)) is None or last >= on:
            left.append(_until(piece, last))
        else:
            why = f"What was taken more than {asked.parameters[VALID_FOR]} before does not count."
    return replace(facts, evidence=tuple(left)), why


def _until(piece: Piece, last: date | None) -> Piece:
    days = [day for day in (piece.until_on, last) if day]
    return replace(piece, until_on=min(days)) if days else piece
