"""A bare application with the web floor only: no database, one closed page, a stub of the sign-in page."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, flash, render_template_string, request

from rems.core import errors
from rems.core.clock import utcnow
from rems.web import init_web
from rems.web.forms import ActForm
from rems.web.lens import current_lens
from rems.web.security import cookie_settings, public

ROOT = Path(__file__).resolve().parents[2]
PAGE = (
    '{% extends "layout.html" %}{% block title %}Sample{% endblock %}'
    "{% block page %}<h1>Sample</h1>{{ words }}{% endblock %}"
)


def make_app(*, demo: bool = True, https: bool = False) -> Flask:
    app = Flask(
        "rems",
        root_path=str(ROOT / "rems"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "rems" / "static"),
    )
    app.config.update(SECRET_KEY="only for tests, " * 3, REMS_DEMO=demo, TESTING=True)
    app.config.update(cookie_settings(https=https))
    init_web(app)
    app.extensions["signed_in"] = True
    app.extensions["rems_gate"] = lambda: app.extensions["signed_in"]

    @app.get("/sign-in", endpoint="access.sign_in")
    @public
    def sign_in() -> str:
        return "sign in"

    @app.get("/closed")
    def closed() -> str:
        lens = current_lens("America/Chicago")
        flash("Wallet card recorded")
        return render_template_string(PAGE, words=lens.as_of.isoformat())

    @app.post("/act")
    def act() -> str:
        ActForm.check()
        return "done"

    @app.get("/fails/<name>")
    def fails(name: str) -> str:
        if name == "KeyError":
            raise KeyError("a fault of ours")
        if name == "Incomplete":
            raise errors.Incomplete("Two things are missing.", ("Lot number", "Weight"))
        raise getattr(errors, name)(f"This is the sentence of {name}.")

    @app.context_processor
    def bars() -> dict[str, object]:
        if not app.extensions["signed_in"]:
            return {}
        names = ("Today", "Patients", "Sites", "Events", "Stock", "Training", "Reports")
        return {
            "nav_items": [(name, "/closed", request.path == "/closed" and name == "Today") for name in names],
            "thumb_items": [
                ("Today", "/closed", "list", False),
                ("Patients", "/closed", "people", False),
                ("Report", "/closed", "plus", False),
                ("Stock", "/closed", "vial", False),
            ],
            "account": {"name": "Maren Oyelaran", "place": "Harrow Lake"},
            "find_url": "/closed",
            "sign_out_url": "/act",
            "menu_links": [("My sign-ins and devices", "/closed")],
            "foot_links": [("Keyboard", "/closed"), ("Glossary", "/closed")],
        }

    return app


@pytest.fixture
def app() -> Flask:
    return make_app()


@pytest.fixture
def make():
    return make_app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    return utcnow().astimezone(UTC)
