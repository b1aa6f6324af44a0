"""Closed pages and response headers. Every page is closed unless its view is marked `@public`."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., Any])

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def public(view: View) -> View:
    """Mark a view that answers without a sign-in. Put it under the route decorator."""
    view.__dict__["public"] = True
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Whether an endpoint answers without a sign-in. Static files do."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return True
    return bool(getattr(app.view_functions.get(endpoint), "public", False))


def cookie_settings(*, https: bool) -> dict[str, Any]:
    """The strictest cookie that still follows a link from a mail. With https the name pins it to this very host."""
    return {
        "SESSION_COOKIE_NAME": "__Host-rems" if https else "rems",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_PATH": "/",
        "PREFERRED_URL_SCHEME": "https" if https else "http",
    }


def safe_next(target: str, otherwise: str = "/") -> str:
    """A path on this very server, or `otherwise`: an address from a link must not lead to another host."""
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local and target.isprintable() and "\\" not in target else otherwise


def init_security(app: Flask) -> None:
    app.config.update(cookie_settings(https=app.config.get("PREFERRED_URL_SCHEME") == "https"))
    app.extensions.setdefault("rems_gate", lambda: False)
    app.before_request(refuse_foreign_changes)
    app.before_request(close_pages)
    app.after_request(add_headers)


def refuse_foreign_changes() -> None:
    """A browser says where a change comes from; one that comes from another site is refused, token or not."""
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        abort(403, "This came from another site. Open the page here and send it again.")


def close_pages() -> ResponseReturnValue | None:
    """Send whoever is not signed in to the sign-in page, or answer 401 to what is not a plain look (None: go on)."""
    if request.endpoint is None or is_public(current_app, request.endpoint) or signed_in():
        return None
    if request.method not in {"GET", "HEAD"}:
        abort(401)
    path = request.full_path.rstrip("?")
    return redirect(url_for("access.sign_in", next=None if path == "/" else path))


def signed_in() -> bool:
    return bool(current_app.extensions["rems_gate"]())


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not (request.endpoint or "").endswith("static"):
        response.headers["Cache-Control"] = "no-store"
    return response
