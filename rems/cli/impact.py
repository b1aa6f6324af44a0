"""What a draft of a program would change for each site, from the command line."""

import csv
import sys
from pathlib import Path

from rems.app import PROGRAMS, create_app
from rems.certification.foreseeing import draft_of, foresee
from rems.certification.impact_views import HEADS, rows
from rems.core.actor import Actor
from rems.core.db import reading
from rems.core.place import Place
from rems.core.settings import Settings


def impact(chosen: Settings, where: Place, file: Path) -> int:
    """Print it as CSV, and what it comes to on stderr; 1 where a site would lose something. Raises BadInput."""
    app, actor = create_app(chosen, where), Actor.system("impact")
    draft = draft_of(PROGRAMS, file)
    with app.app_context(), reading(actor):
        found = foresee(actor, draft)
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow((*HEADS, "now", "by the draft"))
        table.writerows(rows(found))
    loses = sum(one.impact.loses for one in found.lines)
    print(
        f"{draft.title}, from {found.on}: {len(found.lines):,} of {found.sites:,} sites would stand otherwise; "
        f"{loses:,} lose something.",
        file=sys.stderr,
    )
    return 1 if loses else 0
