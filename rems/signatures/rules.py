"""What a signature means and what it binds. Pure."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Meaning(StrEnum):
    """Why a person signs (21 CFR 11.50(a)(3))."""

    AUTHORSHIP = "authorship"
    RESPONSIBILITY = "responsibility"
    REVIEW = "review"
    APPROVAL = "approval"


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of what is signed; days and moments in ISO form."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
