"""The pages of the program: every blueprint, and what stands in the bars at the top and on a phone."""

from flask import Blueprint, Flask, request, url_for
from flask_login import current_user

from rems.access import views as access
from rems.access.rules import Permission, can
from rems.access.session import current_actor, signed_in

BLUEPRINTS: tuple[Blueprint, ...] = (access.bp,)

# Label, endpoint, what the actor must be able to do, symbol on a phone (or none), prefix that marks it as current.
MAIN = (
    ("Today", "oversight.home", None, "list", "/today"),
    ("Patients", "patients.index", Permission.PATIENT_READ, "people", "/patients"),
    ("Sites", "sites.index", Permission.SITE_READ, "", "/sites"),
    ("Events", "events.index", Permission.EVENT_READ, "", "/events"),
    ("Stock", "stock.index", Permission.STOCK_MOVE, "vial", "/stock"),
    ("Programs", "programs.index", None, "", "/programs"),
    ("Background", "background.index", Permission.BACKGROUND_READ, "", "/background"),
)


def init_navigation(app: Flask) -> None:
    """Give every page its bars; only what the actor may open is shown, and only what exists."""
    app.context_processor(navigation)


def navigation() -> dict[str, object]:
    if not signed_in():
        return {}
    actor = current_actor()
    shown = [m for m in MAIN if m[2] is None or can(actor, m[2])]
    return {
        "nav_items": [(label, url_for(end), request.path.startswith(prefix)) for label, end, _, _, prefix in shown],
        "thumb_items": [
            (label, url_for(end), symbol, request.path.startswith(prefix))
            for label, end, _, symbol, prefix in shown
            if symbol
        ],
        "account": {"name": current_user.account.name, "place": actor.role.capitalize()},
        "sign_out_url": url_for("access.sign_out"),
        "menu_links": [("What each role may do", url_for("access.roles"))],
    }
