"""In which file and line a value of a version or an exception stands. Pure."""

from rems.programs.rules import Catalogue


def place(catalogue: Catalogue, program: str, table: str, name: str, path: tuple[str, ...]) -> str:
    """File and line of the value, or of the nearest thing that holds it; the folder where nothing is known."""
    found = catalogue.programs[program]
    if table == "rule_exception":
        return _first(catalogue, [("exceptions", name, *path[:n]) for n in range(len(path), -1, -1)])
    here = (program, table, name)
    tries = [(*here, *path)] if path else []
    if path[:1] == ("requirements",):
        tries += [path[:n] for n in range(len(path), 2, -1)]
    if path[:1] == ("tocilizumab",) and path[1:] != ("code",):
        rule = next(v.tocilizumab.code for v in found.versions if v.version == name)
        tries.append(("tocilizumab", rule, *path[1:]))
    tries += [(*here, *path[:n]) for n in range(len(path), -1, -1)]
    return _first(catalogue, tries)


def _first(catalogue: Catalogue, tries: list[tuple[str, ...]]) -> str:
    return next((catalogue.places[one] for one in tries if one in catalogue.places), "config/programs")
