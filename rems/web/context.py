"""What every template has at hand: the theme, today, the not-today bar, the form token, sums for the parts."""

from typing import Any

from flask import Flask, current_app, g, request
from flask_bootstrap import Bootstrap5

from rems.core.clock import utcnow
from rems.web.counting import count_down, meter_cells
from rems.web.lens import keep_lens
from rems.web.tokens import make_token

THEMES = ("light", "dark")
CHOICES = (*THEMES, "device")


def init_context(app: Flask) -> None:
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(app)
    app.jinja_env.globals.update(
        count_down=count_down, meter_cells=meter_cells, csrf_token=make_token, keep_lens=keep_lens
    )
    app.context_processor(surroundings)


def surroundings() -> dict[str, Any]:
    """Read at the time of rendering, so that a view that asked for the lens gets its bar."""
    theme, choice = request.cookies.get("theme", ""), request.cookies.get("theme_choice", "")
    return {
        "theme": theme if theme in THEMES else "light",
        "theme_choice": choice if choice in CHOICES else "light",
        "today": utcnow().date(),
        "notday": g.get("rems_lens_bar"),
        "demo": bool(current_app.config.get("REMS_DEMO")),
    }
