"""How deviations and the actions against them are shown: words and marks."""

from rems.compliance.rules import ActionState, DeviationSeverity, DeviationSource

SEVERITY_MARK = {
    DeviationSeverity.CRITICAL: "late",
    DeviationSeverity.MAJOR: "soon",
    DeviationSeverity.MINOR: "off",
}
ACTION_MARK: dict[ActionState, tuple[str, str]] = {
    ActionState.OPEN: ("To do", "wait"),
    ActionState.LATE: ("Late", "late"),
    ActionState.TO_BE_CHECKED: ("Effect to be checked", "wait"),
    ActionState.CHECK_LATE: ("Check late", "late"),
    ActionState.EFFECTIVE: ("Effective", "met"),
    ActionState.NOT_EFFECTIVE: ("Not effective", "open"),
}
SOURCE_WORDS = {
    DeviationSource.AUDIT: "an audit",
    DeviationSource.SITE: "the site itself",
    DeviationSource.SPONTANEOUS: "somebody outside",
    DeviationSource.SYSTEM: "a check of this system",
    DeviationSource.OVERRIDE: "a stop that was overridden",
}
