"""Read a YAML table key by key, each with its type; what is wrong is noted with its line."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rems.programs.duties import Parameter
from rems.programs.opening import Errors
from rems.programs.terms import Quantity, Unit

LONGEST = 80  # characters of a wrong value that are repeated
ABSENT_DAY = date(1, 1, 1)  # stands for a day that could not be read; an error was noted
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENUM = TypeVar("_ENUM", bound=StrEnum)


def one_of(words: Collection[str]) -> str:
    return f"one of {', '.join(words)}" if words else "nothing here"


def perhaps(found: str, known: Collection[str]) -> str:
    """The known name that a mistyped one resembles, to follow what is expected; empty where none does."""
    alike = get_close_matches(found, known, 1)
    return f", perhaps {alike[0]}" if alike else ""


class Table:
    """A YAML mapping: each value is asked for by key and type; `close` names the keys nobody asked for."""

    def __init__(self, file: str, errors: Errors, node: MappingNode, path: str = "") -> None:
        self.file, self.errors, self.node, self.path = file, errors, node, path
        self.values: dict[str, Node] = {}
        self.keys: dict[str, Node] = {}
        self.asked: set[str] = set()
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name in self.keys:
                first = self.keys[name].start_mark.line + 1
                errors.add(
                    file, key, f"{self.at(name)} is given twice; expected once (it stands in line {first} already)"
                )
            self.keys.setdefault(name, key)
            self.values.setdefault(name, value)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, expected: str) -> None:
        node = self.values.get(key)
        found = (
            f'"{node.value[:LONGEST]}"'
            if isinstance(node, ScalarNode)
            else "a list"
            if isinstance(node, SequenceNode)
            else "a table"
        )
        if node is None or (isinstance(node, ScalarNode) and not node.value):
            found = "missing" if node is None else "empty"
        self.errors.add(self.file, node or self.node, f"{self.at(key)} is {found}; expected {expected}")

    def _scalar(self, key: str, tag: str) -> str | None:
        self.asked.add(key)
        node = self.values.get(key)
        return node.value if isinstance(node, ScalarNode) and node.tag == f"tag:yaml.org,2002:{tag}" else None

    def absent(self, key: str) -> bool:
        """Is the key left out, or null?"""
        self.asked.add(key)
        node = self.values.get(key)
        return node is None or (isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty. `default` None: it must be given."""
        if default is not None and self.absent(key):
            return default
        found = self._scalar(key, "str")
        if not found or not found.strip():
            self.wrong(key, "text (in quotes, if it looks like a number, a day or a yes)")
        return " ".join((found or "").split())

    def code(self, key: str) -> str:
        """A name without spaces that other files refer to."""
        found = self.text(key)
        if found and not _CODE.fullmatch(found):
            self.wrong(key, "a code of letters, digits and - + . _")
        return found

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        if default is not None and self.absent(key):
            return default
        found = self._scalar(key, "int")
        value = int(found) if found and re.fullmatch(r"-?\d{1,6}", found) else None
        if value is None or value < least:
            self.wrong(key, f"a whole number of at least {least}")
        return value if value is not None else least

    def maybe_number(self, key: str, *, least: int = 0) -> int | None:
        return None if self.absent(key) else self.number(key, least=least)

    def maybe_limit(self, key: str) -> int | None:
        """A number of at least 1, or 0 for "unlimited"; None where it is left out."""
        if self.absent(key):
            return None
        if self._scalar(key, "str") == "unlimited":
            return 0
        found = self._scalar(key, "int")
        if not found or not re.fullmatch(r"[1-9]\d{0,2}", found):
            self.wrong(key, "a whole number from 1 to 999, or unlimited")
            return None
        return int(found)

    def flag(self, key: str) -> bool:
        found = self._scalar(key, "bool")
        if found not in ("true", "false"):
            self.wrong(key, "true or false")
        return found == "true"

    def day(self, key: str) -> date:
        self.asked.add(key)
        node = self.values.get(key)
        if isinstance(node, ScalarNode) and _DAY.fullmatch(node.value):
            try:
                return date.fromisoformat(node.value)
            except ValueError:
                pass
        self.wrong(key, "a day of the calendar, such as 2024-06-26")
        return ABSENT_DAY

    def maybe_day(self, key: str) -> date | None:
        return None if self.absent(key) else self.day(key)

    def quantity(self, key: str) -> Quantity:
        found = Quantity.read(self._scalar(key, "str") or "")
        if found is None:
            self.wrong(key, 'a number and a unit, such as "15 calendar days", "8 hours" or "15 years"')
        return found or Quantity(0, Unit.CALENDAR_DAYS)

    def maybe_quantity(self, key: str) -> Quantity | None:
        return None if self.absent(key) else self.quantity(key)

    def choice(self, key: str, kinds: type[_ENUM], default: _ENUM | None = None) -> _ENUM:
        if default is not None and self.absent(key):
            return default
        found = self._scalar(key, "str")
        if found not in set(kinds):
            self.wrong(key, one_of(list(kinds)))
            return default or next(iter(kinds))
        return kinds(found)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; none where the key is left out."""
        return () if self.absent(key) else tuple(text for text, _ in self._listed(key))

    def quantities(self, key: str) -> tuple[Quantity, ...]:
        """A list of spans of time, such as [6 months, 12 months]."""
        found = [(text, node, Quantity.read(text)) for text, node in ([] if self.absent(key) else self._listed(key))]
        for number, (text, node, span) in enumerate(found):
            if span is None:
                self.errors.add(
                    self.file, node, f'{self.at(key)}[{number}] is "{text}"; expected a span such as 6 months'
                )
        return tuple(span for _, _, span in found if span)

    def _listed(self, key: str) -> Iterator[tuple[str, Node]]:
        node = self.values[key]
        if not isinstance(node, SequenceNode):
            self.wrong(key, "a list of texts, such as [S09, S10]")
            return
        for number, item in enumerate(node.value):
            if isinstance(item, ScalarNode) and item.tag.endswith(":str") and item.value:
                yield item.value, item
            else:
                value = f'"{item.value}"' if isinstance(item, ScalarNode) else "no text"
                self.errors.add(
                    self.file,
                    item,
                    f"{self.at(key)}[{number}] is {value}; expected text (in quotes, if it looks like a number)",
                )

    def references(self, key: str, known: Collection[str], where: str) -> tuple[str, ...]:
        """A list of codes that stand in another file; none where the key is left out."""
        if self.absent(key):
            return ()
        found = []
        for number, (text, node) in enumerate(self._listed(key)):
            if text not in known:
                self.errors.add(
                    self.file,
                    node,
                    f'{self.at(key)}[{number}] is "{text}"; expected a code of {where}{perhaps(text, known)}',
                )
            elif text in found:
                self.errors.add(self.file, node, f'{self.at(key)}[{number}] is "{text}"; expected each code once')
            found.append(text)
        return tuple(found)

    def reference(self, key: str, known: Collection[str], where: str) -> str:
        """One code that stands in another file."""
        found = self.text(key)
        if found and found not in known:
            self.wrong(key, f"a code of {where}{perhaps(found, known)}")
        return found

    def table(self, key: str) -> "Table | None":
        """A mapping below this one; None where the key is left out or null."""
        if self.absent(key):
            return None
        node = self.values[key]
        if not isinstance(node, MappingNode):
            self.wrong(key, "a table of keys and values")
            return None
        return Table(self.file, self.errors, node, self.at(key))

    def tables(self, key: str) -> "list[Table]":
        """A list of mappings; empty where the key is left out."""
        if self.absent(key):
            return []
        node = self.values[key]
        if not isinstance(node, SequenceNode):
            self.wrong(key, "a list, each item beginning with a dash")
            return []
        found = []
        for number, item in enumerate(node.value):
            path = f"{self.at(key)}[{number}]"
            if isinstance(item, MappingNode):
                found.append(Table(self.file, self.errors, item, path))
            else:
                self.errors.add(self.file, item, f"{path} is no table; expected keys and values")
        return found

    def parameters(self) -> dict[str, Parameter]:
        """Every key with its plain value: text, a whole number, a flag, a quantity, or null for not established."""
        found: dict[str, Parameter] = {}
        for key, node in self.values.items():
            kind = node.tag.rpartition(":")[2] if isinstance(node, ScalarNode) else ""
            if kind == "null":
                self.asked.add(key)
                found[key] = None
            elif kind == "str":
                found[key] = Quantity.read(node.value) or self.text(key)
            elif kind == "bool":
                found[key] = self.flag(key)
            elif kind == "int":
                found[key] = self.number(key)
            else:
                self.asked.add(key)
                self.wrong(key, "text, a whole number, true or false, a quantity such as 12 months, or null")
        return found

    def mark(self, *names: str) -> None:
        """Note where this table stands, and each of its keys, under the names that lead to it."""
        self.errors.places[names] = self._line(self.node)
        for key, node in self.keys.items():
            self.errors.places[(*names, key)] = self._line(node)

    def _line(self, node: Node) -> str:
        return f"{self.file}, line {node.start_mark.line + 1}"

    def close(self) -> None:
        """Name each key that nobody asked for."""
        for key, node in self.keys.items():
            if key not in self.asked:
                self.errors.add(
                    self.file,
                    node,
                    f'{self.path or "the file"} has the key "{key}"; '
                    f"expected {one_of(sorted(self.asked))}{perhaps(key, self.asked)}",
                )
