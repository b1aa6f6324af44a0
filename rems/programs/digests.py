"""The digest of the rules of a version, of an exception and of a whole catalogue: SHA-256 of canonical JSON. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from rems.programs.rules import RuleException, Version
from rems.programs.terms import Quantity

_FIRST_ASKED = ("code", "title", "actor", "subject", "stage", "cadence", "ask", "evidence", "parameters")
_ASKED = (*_FIRST_ASKED, "ncit_code", "stop", "shareable")
_STOCK = ("code", "doses", "administer_within", "further_doses", "further_within", "condition")
_TRIGGER = ("kind", "cured_by", "effect", "grace")
_MATERIAL = ("code", "title", "edition", "from_on", "renews")
_EXCEPTION = ("code", "authority", "condition", "replaces", "alternative", "waives")


def _plain(value: Any) -> Any:
    """A frozen value as JSON knows it."""
    if isinstance(value, Quantity):
        return str(value)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def canonical(value: Any) -> str:
    """A value as JSON with sorted keys and without spaces."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def of_text(text: str) -> str:
    """SHA-256, in hex, of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest(value: Any) -> str:
    return of_text(canonical(value))


def _some(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def rules_of_version(program: str, version: Version) -> str:
    """What a version asks, as canonical JSON, whatever its order: all that changes an answer and nothing said about it.

    Left out are `effective_to`, confidence, sources and notes.
    """
    return canonical(
        {
            "program": program,
            "version": version.version,
            "effective_from": version.effective_from,
            "requirements": {r.code: _some(r, _ASKED) for r in version.requirements},
            "tocilizumab": _some(version.tocilizumab, _STOCK),
            "triggers": {t.kind.value: _some(t, _TRIGGER) for t in version.triggers},
            "materials": {m.code: _some(m, _MATERIAL) for m in version.materials},
        }
    )


def of_version(program: str, version: Version) -> str:
    """The digest of what a version asks."""
    return of_text(rules_of_version(program, version))


def rules_of_exception(exception: RuleException) -> str:
    """What an exception changes, as canonical JSON; its days, its title, confidence and sources are left out."""
    rule = exception.rule
    return canonical({**_some(exception, _EXCEPTION), "rule": _some(rule, _STOCK) if rule else None})


def first_of_version(program: str, version: Version) -> str:
    """The digest as it was before triggers, materials, stops and NCIt codes were part of it, to take over old rows."""
    requirements = sorted(version.requirements, key=lambda r: r.code)
    return digest(
        {
            "program": program,
            "version": version.version,
            "effective_from": version.effective_from,
            "requirements": [_some(r, _FIRST_ASKED) for r in requirements],
            "tocilizumab": _some(version.tocilizumab, _STOCK),
        }
    )
