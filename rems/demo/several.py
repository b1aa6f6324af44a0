"""Hospitals that stand under several programs: what they gave for the first serves the others too."""

from datetime import date, timedelta

from rems.certification import library_page, sharing
from rems.core.db import reading
from rems.core.lens import Lens
from rems.demo.calendar import Calendar
from rems.demo.hospital import Hospital, look_again
from rems.demo.people import People
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.sites import actions as sites
from rems.sites import queries as site_queries

AFTER = timedelta(days=120)  # from the first certificate to the next program
NEW = timedelta(days=20)  # how long ago a program was entered that is still to be worked on
MOST = 2


def enter_several(hospital: Hospital, calendar: Calendar, people: People) -> None:
    """Enter further programs of the same kind, and put under them what they take of the first one's evidence.

    The newest was entered lately: what would serve it too still waits for somebody to put it there.
    """
    own = programs.program(hospital.code)
    like = [p for p in programs.catalogue().programs.values() if p.code != own.code and alike(p, own)]
    done = 0
    for program in sorted(like, key=lambda p: (p.versions[0].effective_from, p.code)):
        day = max(program.versions[0].effective_from, (hospital.certified_on or hospital.begins) + AFTER)
        if done < MOST and program.closure and program.version_on(day):
            enter(hospital, program, day, calendar, people)
            put_what_fits(hospital, program, day, calendar)
            done += 1
    lately = calendar.today - NEW
    if waits := next((p for p in like if p.version_on(calendar.today) and p.version_on(lately)), None):
        enter(hospital, waits, lately, calendar, people)


def alike(one: Program, other: Program) -> bool:
    """Whether two programs are of the same kind and ask the same sort of site."""
    return (one.kind, one.jurisdiction) == (other.kind, other.jurisdiction)


def enter(hospital: Hospital, program: Program, day: date, calendar: Calendar, people: People) -> None:
    at = calendar.at(day, hospital.town.timezone)
    sites.enter(hospital.site_id, program.code, by=hospital.coordinator, now=at)
    look_again(hospital, people)
    signer = hospital.staff_ids[0]
    sites.designate(hospital.site_id, program.code, signer, holds_on=day, by=hospital.coordinator, now=at)


def put_what_fits(hospital: Hospital, program: Program, day: date, calendar: Calendar) -> None:
    with reading(hospital.coordinator):
        site = site_queries.site(hospital.coordinator, hospital.site_id)
        found = library_page.library(hospital.coordinator, site, Lens(day))
        fits = [offer.id for c in found.columns if c.program.code == program.code for offer in c.offers]
    if fits:
        at = calendar.at(day + timedelta(days=1), hospital.town.timezone)
        sharing.put_under(hospital.site_id, program.code, fits, by=hospital.coordinator, now=at)
