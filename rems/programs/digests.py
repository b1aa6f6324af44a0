"""The digest of a version's rules and of a whole catalogue: SHA-256 of canonical JSON. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from rems.programs.rules import Version
from rems.programs.terms import Quantity

_ASKED = ("code", "title", "actor", "subject", "stage", "cadence", "ask", "evidence", "parameters")
_STOCK = ("code", "doses", "administer_within", "further_doses", "further_within", "condition")


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


def digest(value: Any) -> str:
    """SHA-256, in hex, of a value as JSON with sorted keys, no spaces, UTF-8."""
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def of_version(program: str, version: Version) -> str:
    """The digest of what a version asks, whatever its order, `effective_to`, confidence, sources and notes."""
    requirements = sorted(version.requirements, key=lambda r: r.code)
    return digest(
        {
            "program": program,
            "version": version.version,
            "effective_from": version.effective_from,
            "requirements": [{name: getattr(r, name) for name in _ASKED} for r in requirements],
            "tocilizumab": {name: getattr(version.tocilizumab, name) for name in _STOCK},
        }
    )
