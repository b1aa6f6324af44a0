"""Stub: see the contract."""

from dataclasses import dataclass
from enum import StrEnum

from rems.programs.rules import Requirement


class FindingState(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    MET_BY_EXCEPTION = "met_by_exception"
    NOT_ASKED = "not_asked"
    DUE_SOON = "due_soon"


@dataclass(frozen=True)
class Finding:
    requirement: Requirement
    state: FindingState
    why: str
