"""Who acts: every transaction, reading or writing, carries one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True)
class Holding:
    """One role that a person holds: what it may do, for which scopes and programs, and the site's time zone."""

    role: str
    permissions: frozenset[str]
    scopes: frozenset[UUID] = frozenset()
    programs: frozenset[UUID] = frozenset()
    timezone: str = ""


@dataclass(frozen=True)
class Actor:
    """A person in their roles, or a named part of the system. `everywhere` is for parts of the system alone."""

    kind: ActorKind
    id: UUID | None
    name: str
    role: str
    holdings: tuple[Holding, ...] = ()
    everywhere: bool = False

    @classmethod
    def system(cls, part: str) -> "Actor":
        """A part of the program that works on its own, such as the reminders; it sees every scope."""
        return cls(ActorKind.SYSTEM, None, f"system: {part}", "system", (), everywhere=True)

    @property
    def label(self) -> str:
        """How the trail names the actor; stable, never empty."""
        return f"{self.name} <{self.id}>" if self.id else self.name

    @property
    def scopes(self) -> frozenset[UUID]:
        return frozenset(s for h in self.holdings for s in h.scopes)

    @property
    def programs(self) -> frozenset[UUID]:
        return frozenset(p for h in self.holdings for p in h.programs)

    @property
    def timezone(self) -> str:
        """Whose calendar is theirs: that of the first site they work for (IANA name); else UTC."""
        return next((h.timezone for h in self.holdings if h.timezone), "UTC")

    def opening(self, scopes: Iterable[UUID]) -> "Actor":
        """The same actor while it makes these scopes (a site enrolls): they count as its own in that transaction."""
        added = frozenset(scopes)
        first = self.holdings[0] if self.holdings else Holding(self.role, frozenset())
        return replace(self, holdings=(replace(first, scopes=first.scopes | added), *self.holdings[1:]))
