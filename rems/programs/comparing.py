"""Which values two sets of rules differ in, each by its path. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ABSENT = "nothing"


@dataclass(frozen=True)
class Difference:
    """One value: where it stands, what it was and what it is. An absent one reads "nothing"."""

    path: tuple[str, ...]
    then: str
    now: str

    @property
    def where(self) -> str:
        return ".".join(self.path)


def differences(then: str, now: str) -> tuple[Difference, ...]:
    """The values in which two canonical JSON texts differ, in order of their paths."""
    return tuple(_differ((), json.loads(then), json.loads(now)))


def of_versions(then: str, now: str) -> tuple[Difference, ...]:
    """The same for two versions of a program, without their names and first days, which always differ."""
    return tuple(d for d in differences(then, now) if d.path not in (("version",), ("effective_from",)))


def _differ(path: tuple[str, ...], then: Any, now: Any) -> Iterator[Difference]:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in sorted({*then, *now}):
            if key not in then or key not in now:
                yield Difference((*path, key), _said(then.get(key), key in then), _said(now.get(key), key in now))
            else:
                yield from _differ((*path, key), then[key], now[key])
    elif then != now:
        yield Difference(path, _said(then), _said(now))


def _said(value: Any, there: bool = True) -> str:
    if not there:
        return ABSENT
    if value is None:
        return "not established"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        if "ask" in value:
            return "asked"
        if "effect" in value:
            cure = f", until {value['cured_by']} is met again" if value["cured_by"] else ""
            return f"{value['effect'].replace('_', ' ')}{cure}"
        return ", ".join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value) or "none"
    return str(value)
