"""Drawings for page and paper, from plain values and a width: 896 (page), 358 (phone), about 500 points (paper)."""

from rems.paper.charts.bars import YearBar, bars_by_year
from rems.paper.charts.course import Given, Track, bedside
from rems.paper.charts.plot import Series, Zone, ZoneKind
from rems.paper.charts.ribbon import RibbonEvent, RibbonSpan, RibbonVisit, VisitState, ribbon
from rems.paper.charts.steps import Mark, MarkKind, steps

__all__ = [
    "Given",
    "Mark",
    "MarkKind",
    "RibbonEvent",
    "RibbonSpan",
    "RibbonVisit",
    "Series",
    "Track",
    "VisitState",
    "YearBar",
    "Zone",
    "ZoneKind",
    "bars_by_year",
    "bedside",
    "ribbon",
    "steps",
]
