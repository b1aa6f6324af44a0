"""The programs as files: check one, list them, show one on a day, compare two of its versions. No database."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rems.core.errors import NotFound, SetupError
from rems.core.settings import ROOT
from rems.programs import digests, files, reading_aid
from rems.programs.comparing import of_versions
from rems.programs.placing import place
from rems.programs.rules import Catalogue, Program, Version

FOLDER = ROOT / "config" / "programs"


def add_to(commands: Any) -> None:
    """The command `program` and what it takes."""
    program = commands.add_parser(
        "program", help="the programs as they stand in config/programs; impact alone asks the database"
    )
    what = program.add_subparsers(dest="what", required=True, metavar="WHAT")
    check = what.add_parser("check", help="every error of a file, with its line and what would be right; 1: there are")
    check.add_argument("file", type=Path, metavar="FILE")
    ahead = what.add_parser("impact", help="which sites would lose or gain what by a draft, as CSV; 1: some lose")
    ahead.add_argument("file", type=Path, metavar="FILE")
    what.add_parser("list", help="every program with its versions and days")
    show = what.add_parser("show", help="what a program asks on a day")
    show.add_argument("program", metavar="ID", help="the code of a program")
    show.add_argument("--as-of", type=_day, default=None, metavar="DAY", help="such as 2024-06-26; today if left out")
    show.add_argument("--json", action="store_true", help="as JSON")
    diff = what.add_parser("diff", help="in what two versions of a program differ")
    diff.add_argument("program", metavar="ID")
    diff.add_argument("then", metavar="V1")
    diff.add_argument("now", metavar="V2")


def run(given: argparse.Namespace) -> int:
    """Raises NotFound for a program or version that there is not, SetupError for bad files."""
    return _WHAT[given.what](given)


def _check(given: argparse.Namespace) -> int:
    if not given.file.is_file():
        print(f"{given.file} is no file; expected the path of a YAML file.", file=sys.stderr)
        return 1
    try:
        found = files.load(FOLDER, draft=given.file)
    except SetupError as wrong:
        print(wrong.sentence, file=sys.stderr)
        return 1
    named = f"{len(found.programs)} programs, {sum(len(p.versions) for p in found.programs.values())} versions"
    print(f"{given.file}: no error. With it there are {named}.")
    return 0


def _list(given: argparse.Namespace) -> int:
    for program in _catalogue().programs.values():
        print(f"{program.code}  {program.title}  [{program.status.value.replace('_', ' ')}]")
        for version in program.versions:
            print(f"    {version.version}: {_span(version)}, {len(version.requirements)} requirements")
        if program.closure:
            print(f"    closed on {program.closure.on}: {program.closure.reason}")
    return 0


def _show(given: argparse.Namespace) -> int:
    program, on = _program(given.program), given.as_of or date.today()  # noqa: DTZ011 - the day of this machine
    version = program.version_on(on)
    if given.json:
        print(json.dumps(_written(program, version, on), ensure_ascii=False, indent=2))
        return 0
    state = reading_aid.state(program, on)
    print(f"{program.title} ({program.code}) on {on}: {state.word.lower()}. {state.sentence}")
    for asked in version.requirements if version else ():
        sure = "" if asked.confidence.verified else ", not verified"
        print(f"  {asked.code}: {asked.title} [{asked.stop.value.replace('_', ' ')}{sure}]")
    if version:
        print(f"  Tocilizumab, {version.tocilizumab.code}: {version.tocilizumab.condition}")
    for laid in (e for e in program.exceptions if version and e.may_hold(on)):
        print(f"  Exception where invoked, {laid.code}: {laid.title}")
    return 0


def _written(program: Program, version: Version | None, on: date) -> Mapping[str, Any]:
    rules = json.loads(digests.rules_of_version(program.code, version)) if version else {}
    return {
        "program": program.code,
        "title": program.title,
        "as_of": on.isoformat(),
        "state": reading_aid.state(program, on).word,
        "version": version.version if version else None,
        "digest": version.digest if version else None,
        "requirements": rules.get("requirements", {}),
        "not_verified": sorted(r.code for r in version.requirements if not r.confidence.verified) if version else [],
        "tocilizumab": rules.get("tocilizumab"),
        "triggers": rules.get("triggers", {}),
        "materials": rules.get("materials", {}),
        "exceptions_where_invoked": [e.code for e in program.exceptions if version and e.may_hold(on)],
    }


def _diff(given: argparse.Namespace) -> int:
    program = _program(given.program)
    then, now = (_version(program, name) for name in (given.then, given.now))
    found = of_versions(*(digests.rules_of_version(program.code, v) for v in (then, now)))
    for one in found:
        at = place(_catalogue(), program.code, "program_version", now.version, one.path)
        print(f"{one.where}: {one.then} -> {one.now}  ({at})")
    if not found:
        print(f'"{then.version}" and "{now.version}" are the same.')
    return 0


def _catalogue() -> Catalogue:
    return files.load(FOLDER)


def _program(code: str) -> Program:
    known = _catalogue().programs
    if code not in known:
        raise NotFound(f'There is no program "{code}". Known are: {", ".join(sorted(known))}.')
    return known[code]


def _version(program: Program, name: str) -> Version:
    found = next((v for v in program.versions if v.version == name), None)
    if found is None:
        names = ", ".join(v.version for v in program.versions)
        raise NotFound(f'{program.title} has no version "{name}". Its versions are: {names}.')
    return found


def _span(version: Version) -> str:
    return (
        f"{version.effective_from} to {version.effective_to}"
        if version.effective_to
        else f"since {version.effective_from}"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'"{text}" is no day; expected one such as 2024-06-26') from error


_WHAT: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "list": _list,
    "show": _show,
    "diff": _diff,
}
