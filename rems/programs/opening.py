"""Open a YAML file as nodes that know their lines; errors are collected, so that one run names them all."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is about ten times as fast


@dataclass
class Errors:
    """The errors of all files, in the order in which they were met, and where the parts of programs stand."""

    lines: list[str] = field(default_factory=list)
    places: dict[tuple[str, ...], str] = field(default_factory=dict)

    def report(self) -> str:
        """Each error once, one in a line."""
        return "\n".join(dict.fromkeys(self.lines))

    def add(self, file: str, node: Node | None, sentence: str) -> None:
        line = node.start_mark.line + 1 if node else 1
        self.lines.append(f"{file}, line {line}: {' '.join(sentence.split())}")


def open_node(path: Path, errors: Errors) -> tuple[str, MappingNode | None]:
    """The name by which errors call a file, and its table; None, with an error noted, where it cannot be read."""
    name = "/".join(path.resolve().parts[-3:])
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=LOADER)
    except OSError as error:
        errors.add(name, None, f"the file cannot be read ({error.strerror}); expected a YAML file")
    except UnicodeDecodeError:
        errors.add(name, None, "the file is not in UTF-8; expected text in UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        errors.lines.append(f"{name}, line {mark.line + 1 if mark else 1}: this is not YAML ({said}); expected YAML")
    except yaml.YAMLError as error:
        errors.add(name, None, f"this is not YAML ({str(error).splitlines()[0]}); expected YAML")
    else:
        if isinstance(node, MappingNode):
            return name, node
        errors.add(name, node, "the file is no table; expected keys and values")
    return name, None
