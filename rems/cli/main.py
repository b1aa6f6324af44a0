"""The commands. Exit code 0: done; 1: the input or the finding is bad, said on stderr; 2: wrong usage."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rems.cli import account, demo, history, impact, importing, keys, ledger, program, rules, serve
from rems.cli.migrate import migrate
from rems.core import place, settings
from rems.core.errors import DomainError, Incomplete
from rems.followup.imports.reading import Kind, Mode


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m rems", description="Risk-management compliance and adverse-event reporting of cell therapies."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(
        "serve", help="web and worker under one parent, with the program's own database if none is named"
    )
    commands.add_parser("web", help="the web alone, under gunicorn")
    commands.add_parser("worker", help="the worker alone: the clock and the jobs")
    commands.add_parser("migrate", help="bring the database up to date and register the programs")
    invented = commands.add_parser("demo", help="fill an empty database with invented, repeatable demonstration data")
    invented.add_argument("--seed", type=int, default=demo.SEED, help=f"of everything invented (default {demo.SEED})")
    load = commands.add_parser("import", help="read public data, or lists of sites and staff").add_subparsers(
        dest="what", required=True, metavar="WHAT"
    )
    faers = load.add_parser("faers", help="a FAERS quarterly ASCII extract, as background reports")
    faers.add_argument("folder", type=Path, metavar="DIR")
    for kind in importing.LISTS:
        listed = load.add_parser(kind, help=f"a list of {kind} as CSV: each line is shown, then all are taken, or none")
        listed.add_argument("file", type=Path, metavar="FILE")
        if kind == "sites":
            listed.add_argument("--program", required=True, metavar="CODE", help="under which the sites are registered")
        listed.add_argument("--dry-run", action="store_true", help="only say what each line would do")
    log = load.add_parser("training", help="training of a site as CSV or xAPI: each line is shown, then all or none")
    log.add_argument("file", type=Path, metavar="FILE")
    log.add_argument("--site", required=True, metavar="NAME", help="the site, by its name or its key")
    log.add_argument("--program", required=True, metavar="CODE", help="under which the training was taken")
    log.add_argument("--as", dest="read_as", default="", metavar="NAME", help="how the columns of a list are kept")
    log.add_argument("--pass-mark", type=int, metavar="PERCENT", help="of a sponsor's assessment; else the program's")
    log.add_argument("--dry-run", action="store_true", help="only say what each line would do")
    for past in Kind:
        taken = load.add_parser(past, help=f"existing {past} of a site as CSV: each line is told, then all or none")
        taken.add_argument("file", type=Path, metavar="FILE")
        taken.add_argument("--site", required=True, metavar="NAME", help="the site, by its name or its key")
        taken.add_argument("--program", required=True, metavar="CODE", help="under which they were treated")
        taken.add_argument("--from", dest="reason", default="", metavar="TEXT", help="where the list comes from")
        taken.add_argument("--refused", type=Path, metavar="FILE", help="write the refused lines there, each with why")
        way = taken.add_mutually_exclusive_group()
        way.add_argument("--dry-run", action="store_true", help="only say what each line would do")
        way.add_argument("--good", action="store_true", help="take the good lines although others are refused")
    rule = commands.add_parser("rule", help="one pure rule on plain JSON from stdin; no database")
    rule.add_argument("name", choices=sorted(rules.NAMES), metavar="NAME", help=", ".join(sorted(rules.NAMES)))
    rule.add_argument("--schema", action="store_true", help="print what the rule takes")
    program.add_to(commands)
    ledger = commands.add_parser("ledger", help="check what the record holds").add_subparsers(
        dest="what", required=True, metavar="WHAT"
    )
    checked = ledger.add_parser(
        "check-signature", help="whether a record is still the one that was signed; 1: it is not"
    )
    checked.add_argument("signature", metavar="ID", help="the key of the signature, as its page shows it")
    sealed = commands.add_parser("keys", help="the keys of what is kept encrypted").add_subparsers(
        dest="what", required=True, metavar="WHAT"
    )
    new = sealed.add_parser("new", help="print a new key, to stand first in REMS_DATA_KEYS")
    new.add_argument("name", metavar="NAME", help="1 to 20 letters, digits, - and _, such as 2026a")
    sealed.add_parser("rotate", help="seal every value anew under the first key; may be run again")
    user = commands.add_parser("user", help="accounts").add_subparsers(dest="what", required=True, metavar="WHAT")
    add = user.add_parser("add", help="the first administrator of a new installation; the password is asked for")
    add.add_argument("email")
    add.add_argument("name")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    try:
        return run(given)
    except Incomplete as open_gaps:
        print(open_gaps.sentence, *open_gaps.gaps, sep="\n- ", file=sys.stderr)
    except DomainError as problem:
        print(problem.sentence, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has stopped, as head does; Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def run(given: argparse.Namespace) -> int:
    if given.command == "rule":
        return rules.run(given.name, schema=given.schema)
    if given.command == "program" and given.what != "impact":
        return program.run(given)
    if given.command == "keys" and given.what == "new":
        return keys.new(given.name)
    chosen = settings.read()
    if given.command == "serve":
        return serve.serve(chosen)
    if given.command == "web":
        return serve.web(chosen)
    where = place.find(chosen)
    match given.command:
        case "migrate":
            migrate(where, demo=chosen.demo)
        case "worker":
            return serve.worker(chosen, where)
        case "demo":
            migrate(where, demo=chosen.demo)
            demo.fill(chosen, where, seed=given.seed)
        case "ledger":
            return ledger.check_signature(chosen, where, given.signature)
        case "keys":
            return keys.rotate(chosen, where)
        case "program":
            return impact.impact(chosen, where, given.file)
        case "import" if given.what == "faers":
            return importing.faers(chosen, where, given.folder)
        case "import" if given.what == "training":
            more = {"read_as": given.read_as, "mark": given.pass_mark, "dry_run": given.dry_run}
            return importing.log(chosen, where, given.file, given.site, given.program, **more)
        case "import" if given.what in set(Kind):
            mode = Mode.TELL if given.dry_run else Mode.GOOD if given.good else Mode.WHOLE
            where_from = {"mode": mode, "reason": given.reason, "refused_to": given.refused}
            kind = Kind(given.what)
            return history.history(chosen, where, kind, given.file, given.site, given.program, **where_from)
        case "import":
            code = given.program if given.what == "sites" else ""
            return importing.listed(chosen, where, given.what, given.file, code, dry_run=given.dry_run)
        case _:
            return account.add(chosen, where, given.email, given.name)
    return 0
