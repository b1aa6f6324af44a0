"""The countries and time zones a site can lie in, as the IANA time zone database lists them."""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from rems.core.errors import BadInput


@cache
def countries() -> dict[str, str]:
    """Each ISO 3166-1 code of two letters with its usual English name (iso3166.tab), by name."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return dict(sorted(((code, name) for code, name in pairs), key=lambda pair: pair[1]))


@cache
def zones() -> frozenset[str]:
    """Every IANA time zone name."""
    return frozenset(available_timezones())


def check_country(code: str) -> str:
    """The code in capitals. Raises BadInput for what is no ISO 3166-1 code of two letters."""
    found = code.strip().upper()
    if found not in countries():
        raise BadInput(
            f'Country: "{code}" is no country code; write the two letters of ISO 3166, like DE or US.', "country"
        )
    return found


def check_zone(name: str) -> str:
    """The name as it is. Raises BadInput for what is no IANA time zone."""
    if name not in zones():
        raise BadInput(
            f'Time zone: "{name}" is no time zone; write it like America/Chicago or Europe/Berlin.', "timezone"
        )
    return name


@cache
def zone_choices() -> tuple[tuple[str, str], ...]:
    """The zones a form offers: one for each place of the table (zone.tab) and UTC, by name, as value and words."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    names = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")} | {"UTC"}
    return tuple((name, name.replace("_", " ")) for name in sorted(names))
