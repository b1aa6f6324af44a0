"""The web floor: forms, error pages, headers, filters, paging and the parts pages are made of. It knows no feature."""

from flask import Flask

from rems.web.anyday import bp as anyday
from rems.web.context import init_context
from rems.web.design import bp as design
from rems.web.errors import init_errors
from rems.web.filters import init_filters
from rems.web.health import init_health
from rems.web.security import init_security
from rems.web.style import bp as style


def init_web(app: Flask) -> None:
    """Attach everything above to an application whose static folder is `rems/static`. Call it once, after the config.

    The application sets `app.extensions["rems_gate"]` (is somebody signed in?) and may add named checks to
    `app.extensions["rems_checks"]`.
    """
    init_security(app)
    init_errors(app)
    init_filters(app)
    init_context(app)
    init_health(app)
    app.register_blueprint(anyday)
    app.register_blueprint(design)
    app.register_blueprint(style)
