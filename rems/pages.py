"""The pages of the program: every blueprint, and what stands in the bars at the top and on a phone."""

from flask import Blueprint, Flask, request, url_for
from flask_login import current_user

from rems.access import views as access
from rems.access.rules import Permission, can
from rems.access.session import current_actor, signed_in
from rems.background import views as background
from rems.certification import library_views as library
from rems.certification import views as certification
from rems.compliance import views as compliance
from rems.compliance.audits import views as audits
from rems.core.clock import day_in, utcnow
from rems.events import views as events
from rems.followup import views as followup
from rems.followup.bedside import views as bedside
from rems.followup.feed import views as feed
from rems.followup.imports import views as imports
from rems.followup.lists import views as worklists
from rems.followup.questionnaires import views as questionnaires
from rems.oversight import accounts, scorecards, signers
from rems.oversight import views as oversight
from rems.patients import closing as closing_patients
from rems.patients import signed as signed_authorizations
from rems.patients import views as patients
from rems.patients.identity import views as identity
from rems.programs import views as programs
from rems.reminders import views as reminders
from rems.reports import views as reports
from rems.signatures import views as signatures
from rems.sites import signed as signed_enrollments
from rems.sites import views as sites
from rems.stock import closing as closing_stock
from rems.stock import views as stock
from rems.training import views as training
from rems.training.assessments import views as assessments
from rems.training.courses import views as courses

FLOORS = (
    (access, signatures, programs, sites, training, courses, assessments, stock, background, certification, library)
    + (patients, identity, events, followup, bedside, questionnaires, worklists, feed, imports)
    + (compliance, audits, reminders, reports, oversight, accounts, scorecards, signers)
)  # fmt: skip
# These say, on import, how the signed records of their floors are worked out again.
SIGNED = (signed_authorizations, signed_enrollments)
# And these, what of their floors is left in a location that is to be closed.
CLOSING = (closing_stock, closing_patients)
BLUEPRINTS: tuple[Blueprint, ...] = tuple(floor.bp for floor in FLOORS)

# Label, endpoint, what the actor must be able to do, symbol on a phone (or none), prefix that marks it as current.
MAIN = (
    ("Today", "oversight.home", None, "list", "/today"),
    ("Patients", "patients.index", Permission.PATIENT_READ, "people", "/patients"),
    ("Sites", "sites.index", Permission.SITE_READ, "sites", "/sites"),
    ("Certification", "certification.index", Permission.SITE_CERTIFY, "", "/certification"),
    ("Events", "events.index", Permission.EVENT_READ, "clock", "/events"),
    ("Stock", "stock.index", Permission.STOCK_MOVE, "", "/stock"),
    ("Programs", "programs.index", None, "", "/programs"),
    ("Background", "background.index", Permission.BACKGROUND_READ, "", "/background"),
    ("Accounts", "accounts.index", Permission.ACCOUNT_MANAGE, "people", "/accounts"),
    ("Trail", "oversight.trail_index", Permission.TRAIL_READ, "", "/trail"),
)
THUMBS = 4  # the fifth place of the bar on a phone is "More"


def init_navigation(app: Flask) -> None:
    """Give every page its bars; only what the actor may open is shown."""
    app.context_processor(navigation)


def navigation() -> dict[str, object]:
    if not signed_in():
        return {}
    actor = current_actor()
    shown = [m for m in MAIN if m[2] is None or can(actor, m[2])]
    here = request.path
    return {
        "nav_items": [(label, url_for(end), here.startswith(prefix)) for label, end, _, _, prefix in shown],
        "thumb_items": [
            (label, url_for(end), symbol, here.startswith(prefix)) for label, end, _, symbol, prefix in shown if symbol
        ][:THUMBS],
        "today": day_in(actor.timezone, utcnow()),
        "account": {"name": current_user.account.name, "place": actor.role.capitalize()},
        "sign_out_url": url_for("access.sign_out"),
        "menu_links": [
            *([("My training", url_for("courses.mine"))] if can(actor, Permission.TRAINING_SIGN) else []),
            ("My reminders", url_for("reminders.index")),
            *([("Calendar", url_for("feed.show"))] if can(actor, Permission.PATIENT_READ) else []),
            *([("Worklists", url_for("worklists.show"))] if can(actor, Permission.PATIENT_READ) else []),
            *([("Overridden stops", url_for("patients.overrides"))] if can(actor, Permission.PATIENT_READ) else []),
            *([("Sample kits", url_for("questionnaires.kit_list"))] if can(actor, Permission.PATIENT_READ) else []),
            *([("Deviations", url_for("compliance.index"))] if can(actor, Permission.SITE_READ) else []),
            *([("Audits", url_for("audits.index"))] if can(actor, Permission.SITE_READ) else []),
            ("Change my password", url_for("accounts.password")),
            ("What each role may do", url_for("access.roles")),
        ],
    }
