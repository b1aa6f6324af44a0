"""Right-to-left text without a shaping engine: Arabic letters joined, runs brought into the order they are drawn.

What is done: each Arabic letter takes its initial, medial, final or isolated form from the table of Unicode itself,
lam-alef joins, and every run of right-to-left words is turned, its numbers kept as they are read.

What is not done: the full bidirectional algorithm (UAX #9: a paragraph always runs from left to right, there are no
embeddings), so a run that wraps onto a second line shows its first words on the lower one; vowel signs stand where the
glyph puts them; no conjuncts and no reordering in Devanagari, Bengali, Tamil and other Indic scripts, no stacking in
Khmer or Tibetan. Their letters all stand there, in the order they are stored. Names and places can be read; running
text in these scripts is not promised. What is copied out of a file are the presented forms (NFKC gives the letters).
"""

import re
import unicodedata
from functools import cache

_LAM = "\u0644"
_ALEFS = "\u0622\u0623\u0625\u0627"
_FORMS = ("isolated", "final", "initial", "medial")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


@cache
def _forms() -> dict[str, dict[str, str]]:
    """For each Arabic letter, and lam with alef, its forms by position, from the decompositions of Unicode."""
    table: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        name = form.strip("<>")
        if name in _FORMS and (len(letters) == 1 or (len(letters) == 2 and letters[0] == "0644")):
            table.setdefault("".join(chr(int(letter, 16)) for letter in letters), {}).setdefault(name, chr(code))
    return table


def _is_sign(character: str) -> bool:
    return unicodedata.combining(character[0]) != 0


def _joins_forward(unit: str) -> bool:
    return unit == "\u0640" or "initial" in _forms().get(unit, {})


def _joins_backward(unit: str) -> bool:
    return unit == "\u0640" or "final" in _forms().get(unit, {})


def joined(text: str) -> str:
    """Arabic letters in the form that their neighbors ask for; other characters as they are."""
    units = re.findall(f"{_LAM}[{_ALEFS}]|.", text, re.DOTALL)
    letters = [i for i, unit in enumerate(units) if not _is_sign(unit)]
    for place, i in enumerate(letters):
        forms = _forms().get(units[i])
        if forms is None:
            continue
        before = place > 0 and _joins_forward(_letter_of(units[letters[place - 1]]))
        after = place + 1 < len(letters) and _joins_backward(units[letters[place + 1]])
        start = before and "final" in forms
        end = after and "initial" in forms
        wanted = "medial" if start and end else "final" if start else "initial" if end else "isolated"
        units[i] = forms.get(wanted, units[i])
    return "".join(units)


def _letter_of(unit: str) -> str:
    """The letter that a presentation form stands for, so that a neighbor already changed is still known."""
    return unicodedata.normalize("NFKC", unit) if len(unit) == 1 and "\ufb50" <= unit <= "\ufefc" else unit


def _direction(character: str) -> str:
    kind = unicodedata.bidirectional(character)
    if kind in {"R", "AL"}:
        return "R"
    if kind == "L":
        return "L"
    return "N"


def _turned(run: str) -> str:
    """One right-to-left run in the order it is drawn: turned, signs after their letters, numbers as they are read."""
    clusters = re.findall(
        r"[0-9\u0660-\u0669\u06f0-\u06f9]+(?:[.,:/][0-9\u0660-\u0669\u06f0-\u06f9]+)*|.", run, re.DOTALL
    )
    merged: list[str] = []
    for cluster in clusters:
        if merged and len(cluster) == 1 and _is_sign(cluster):
            merged[-1] += cluster
        else:
            merged.append(cluster if len(cluster) > 1 else cluster.translate(_MIRRORED))
    return "".join(reversed(merged))


def _run_end(text: str, start: int) -> int:
    """Where the right-to-left run from `start` ends: after its last letter, number or bracket opened within it."""
    last, open_brackets = start, 0
    for place in range(start, len(text)):
        character = text[place]
        if _direction(character) == "L":
            break
        open_brackets += character in "([{"
        closes = character in ")]}" and open_brackets > 0
        open_brackets -= closes
        if (
            closes
            or _direction(character) == "R"
            or _is_sign(character)
            or unicodedata.bidirectional(character) in {"EN", "AN"}
        ):
            last = place + 1
    return last


def presented(text: str) -> str:
    """The text in the order it is drawn from left to right. Text without right-to-left letters comes back unchanged."""
    if not any(_direction(character) == "R" for character in text):
        return text
    out: list[str] = []
    rest = joined(text)
    while rest:
        start = next((i for i, character in enumerate(rest) if _direction(character) == "R"), len(rest))
        end = _run_end(rest, start)
        out += [rest[:start], _turned(rest[start:end])]
        rest = rest[end:]
    return "".join(out)
