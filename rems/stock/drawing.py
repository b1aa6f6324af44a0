"""The figure of the stock page: doses on hand in the weeks ahead, beside the doses that must be there."""

from markupsafe import Markup

from rems.paper.charts.plot import Series, Zone, ZoneKind
from rems.paper.charts.steps import Mark, MarkKind, steps
from rems.paper.svg import inline_svg
from rems.stock.outlook import Ahead
from rems.stock.rules import counted, said

WIDTHS = {"wide": 896, "narrow": 358}


def weeks_ahead(look: Ahead, *, heading: str) -> dict[str, Markup]:
    """The drawing in two widths. Its title tells the finding to whoever does not see it."""
    start, doses = look.points[0]
    last = look.points[-1][1]
    title = f"Doses of tocilizumab on hand from {said(start)} to {said(look.until)}: "
    title += f"{doses} on all days." if last == doses else f"they fall from {doses} to {last} as lots expire."
    zones = []
    if look.short_on is not None and look.short is not None:
        words = f"Short by {counted(look.short.doses_asked - look.short.doses_possible, 'dose')}"
        title += f" {words} from {said(look.short_on)}."
        zones = [Zone(look.short_on, look.short_until, (words,), ZoneKind.LATE)]
    return {
        name: inline_svg(
            steps(
                Series("On hand", look.points),
                Series("Asked for", look.wanted),
                start=start,
                end=look.until,
                width=width,
                heading=heading,
                zones=zones,
                marks=[Mark(day, "lot expired", MarkKind.EXPIRY) for day, _ in look.points[1:]],
            ),
            title=title,
            css_class=name,
        )
        for name, width in WIDTHS.items()
    }
