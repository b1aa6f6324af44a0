"""Invented hospitals: registration, people and how far each has come, through the program's own actions."""

from datetime import date, timedelta

from rems.access.rules import Role
from rems.core.db import reading
from rems.demo.cabinets import fill_cabinet
from rems.demo.calendar import Calendar
from rems.demo.hospital import EUROPE, KYMRIAH, LABEL, Hospital, Reach, first_day, look_again
from rems.demo.names import Town
from rems.demo.papers import certify, sign_papers, train
from rems.demo.people import OF_A_SITE, People
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import LocationKind, StaffRole


def found(town: Town, number: int, reach: Reach, calendar: Calendar, people: People, *, shown: bool) -> Hospital:
    """A hospital as far as its reach says. `shown`: the people of the sign-in page work there."""
    code = KYMRIAH if town.country == "US" else EUROPE
    late = reach in (Reach.REGISTERED, Reach.WORKING, Reach.UNSTOCKED) and code == EUROPE
    begins = calendar.today - timedelta(days=30 + 9 * (number % 12)) if late else first_day(code)
    begins += timedelta(days=0 if late else 12 + 55 * (number % 12) + calendar.dice.randint(0, 20))
    hospital = register(town, code, reach, begins, calendar, people, shown=shown)
    if reach is Reach.REGISTERED:
        return hospital
    add_team(hospital, calendar, people)
    if reach is Reach.WORKING:
        return hospital
    fill_cabinet(hospital, calendar, near=reach is Reach.CERTIFIED and (shown or calendar.chance(0.25)))
    train(hospital, calendar)
    sign_papers(hospital, calendar)
    if reach is not Reach.UNSTOCKED:
        certify(hospital, calendar, people)
    if reach is Reach.UNTRAINED:
        _new_nurse(hospital, calendar, people)
    if code == KYMRIAH:
        enter_label(hospital, calendar, people)
    return hospital


def register(
    town: Town, code: str, reach: Reach, begins: date, calendar: Calendar, people: People, *, shown: bool
) -> Hospital:
    at, mail = calendar.at(begins, town.timezone), f"{town.prefix.lower()}.example"
    site_id = sites.register(
        town.hospital,
        city=town.city,
        region=town.region,
        country=town.country,
        timezone=town.timezone,
        identifier=f"{town.prefix}-001",
        email=f"cell.therapy@{mail}",
        code=code,
        by=people.manager,
        now=at,
    )
    if shown:
        keys = {role: people.shown[role] for role in OF_A_SITE}
    else:
        keys = {
            Role.SITE_COORDINATOR: people.account(people.name(), f"coordinator@{mail}", at),
            Role.AUTHORIZED_REPRESENTATIVE: people.account(f"{people.name()}, MD", f"representative@{mail}", at),
        }
    for role, key in keys.items():
        people.grant(key, role, site_id, begins, at)
    by = people.actor(keys[Role.SITE_COORDINATOR])
    with reading(by):
        root = site_queries.locations(site_id)[0].id
    suite = sites.add_location(site_id, "Infusion suite", LocationKind.UNIT, parent_id=root, by=by, now=at)
    signer = people.actor(keys[Role.AUTHORIZED_REPRESENTATIVE])
    hospital = Hospital(town, site_id, code, reach, begins, by, signer, suite)
    look_again(hospital, people)
    return hospital


def add_team(hospital: Hospital, calendar: Calendar, people: People) -> None:
    at = calendar.at(hospital.begins, hospital.town.timezone)
    signer, keeper = (
        people.known(one.id) if one.id else None for one in (hospital.representative, hospital.coordinator)
    )
    team = [
        (hospital.representative.name, StaffRole.PHYSICIAN, signer.email if signer else ""),
        (people.name() + ", RN", StaffRole.NURSE, ""),
        (people.name() + ", RN", StaffRole.NURSE, ""),
        (people.name() + ", PharmD", StaffRole.PHARMACIST, ""),
        (people.name() + ", MD", StaffRole.PHYSICIAN, ""),
        (hospital.coordinator.name, StaffRole.COORDINATOR, keeper.email if keeper else ""),
    ]
    for name, role, email in team:
        key = sites.add_staff(
            hospital.site_id, name, role, email=email, from_on=hospital.begins, by=hospital.coordinator, now=at
        )
        hospital.staff_ids.append(key)


def _new_nurse(hospital: Hospital, calendar: Calendar, people: People) -> None:
    day = calendar.today - timedelta(days=25)
    sites.add_staff(
        hospital.site_id,
        people.name() + ", RN",
        StaffRole.NURSE,
        from_on=day,
        by=hospital.coordinator,
        now=calendar.at(day, hospital.town.timezone),
    )


def enter_label(hospital: Hospital, calendar: Calendar, people: People) -> None:
    """The day the REMS ended, what is left goes on under the label."""
    at = calendar.at(first_day(LABEL), hospital.town.timezone)
    sites.enter(hospital.site_id, LABEL, by=hospital.coordinator, now=at)
    look_again(hospital, people)
