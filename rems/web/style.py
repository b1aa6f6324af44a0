"""The one stylesheet of every page: Bootstrap, then ours, in one answer.

Were they two, a page could be laid out between them with Bootstrap's rules alone; some of these name images by `data:`
addresses, which the content policy forbids.
"""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from rems.web.security import public

bp = Blueprint("style", __name__)


@cache
def whole(bootstrap: Path, ours: Path) -> bytes:
    """Both files after one another; read once."""
    return bootstrap.read_bytes().partition(b"/*# sourceMappingURL")[0] + b"\n" + ours.read_bytes()


@bp.get("/style.css", endpoint="static")  # by its name the browser may keep it and ask whether it has changed
@public
def style() -> ResponseReturnValue:
    bootstrap = Path(current_app.blueprints["bootstrap"].static_folder or "")
    content = whole(bootstrap / "css" / "bootstrap.min.css", Path(current_app.static_folder or "") / "look.css")
    response = Response(content, content_type="text/css; charset=utf-8")
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)
