"""The visits of a schedule as a page lists them: yearly ones that differ in nothing but the year on one line. Pure."""

from dataclasses import dataclass

from rems.programs.rules import Schedule, Unit, VisitPlan


@dataclass(frozen=True)
class VisitLine:
    """One visit of a schedule, or a run of yearly ones that differ in nothing but the year."""

    title: str
    codes: str
    due: str
    window: str
    first: VisitPlan


def visit_lines(schedule: Schedule) -> tuple[VisitLine, ...]:
    """The visits of a schedule in order, yearly ones with an equal step and the same rules on one line."""
    runs: list[list[VisitPlan]] = []
    for visit in schedule.visits:
        if runs and _continues(runs[-1], visit):
            runs[-1].append(visit)
        else:
            runs.append([visit])
    return tuple(_line(run) for run in runs)


def _continues(run: list[VisitPlan], visit: VisitPlan) -> bool:
    last = run[-1]
    alike = all(
        (v.kind, v.opens, v.before, v.after, v.asks, v.confidence)
        == (visit.kind, None, visit.before, visit.after, visit.asks, visit.confidence)
        for v in (last, visit)
    )
    years = last.offset.unit is visit.offset.unit is Unit.YEARS
    step = visit.offset.value - last.offset.value
    return alike and years and (len(run) == 1 or step == last.offset.value - run[-2].offset.value)


def _line(run: list[VisitPlan]) -> VisitLine:
    first, last = run[0], run[-1]
    window = visit_window(first)
    if first is last:
        return VisitLine(first.title, first.code, str(first.offset), window, first)
    step = run[1].offset.value - first.offset.value
    every = "every year" if step == 1 else f"every {step} years"
    return VisitLine(f"{first.title} to {last.title}", f"{first.code} to {last.code}", every, window, first)


def visit_window(plan: VisitPlan) -> str:
    """When a visit may happen, in words; empty where no window is established."""
    if plan.opens is not None and plan.closes is not None:
        return f"day {plan.opens} to {plan.closes}"
    if plan.before is not None and plan.before == plan.after:
        return f"{plan.before} days before or after"
    if plan.before is not None and plan.after is not None:
        return f"{plan.before} days before to {plan.after} days after"
    return ""
