"""The errors a rule or an action may raise; each has one face on a page (`rems.web.errors`), one in a command."""

from collections.abc import Sequence


class DomainError(Exception):
    """Something a person asked for cannot be done; `sentence` tells them why, in plain words."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(DomainError):
    """No such record, or none that this actor may see: the two look the same on purpose."""


class NotAllowed(DomainError):
    """The actor may see the record, but not do this to it."""


class Incomplete(DomainError):
    """Requirements are open; `gaps` names each in one sentence."""

    def __init__(self, sentence: str, gaps: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.gaps = tuple(gaps)


class IllegalMove(DomainError):
    """A workflow does not lead from here to there."""


class StaleRecord(DomainError):
    """Somebody else changed the record since this page was opened."""


class BadInput(DomainError):
    """A value is not what is expected; `field` names the form field it belongs to, if one does."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class SetupError(DomainError):
    """The program cannot start or a command cannot run as it is set up; said on stderr, exit code 1."""
