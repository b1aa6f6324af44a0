"""One face for each error: what is wrong, and what to do."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from rems.core.errors import (
    BadInput,
    DomainError,
    IllegalMove,
    Incomplete,
    NotAllowed,
    NotFound,
    SetupError,
    StaleRecord,
)
from rems.core.ids import uuid7
from rems.web.forms import OldForm


@dataclass(frozen=True)
class Face:
    status: HTTPStatus
    title: str
    advice: str
    state: str = "stop"


FACES: dict[type[DomainError], Face] = {
    NotFound: Face(
        HTTPStatus.NOT_FOUND,
        "Not found",
        "Look for it in a list. What your role may not see is not shown.",
        "off",
    ),
    NotAllowed: Face(
        HTTPStatus.FORBIDDEN, "Not allowed", "If this is your work, ask an administrator for the role that may do it."
    ),
    Incomplete: Face(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Something is still missing", "Complete what is listed, then do it again."
    ),
    IllegalMove: Face(
        HTTPStatus.CONFLICT, "That cannot be done now", "Go back and reload the page: it shows what can be done."
    ),
    StaleRecord: Face(
        HTTPStatus.CONFLICT,
        "Somebody was faster",
        "Go back and reload the page, look at what changed, and do it again.",
        "soon",
    ),
    BadInput: Face(HTTPStatus.UNPROCESSABLE_ENTITY, "One thing to fix", "Go back, put it right, and send it again."),
    OldForm: Face(
        HTTPStatus.BAD_REQUEST,
        "The form is too old",
        "Nothing was changed. Go back, reload the page and send it again.",
        "soon",
    ),
    DomainError: Face(
        HTTPStatus.BAD_REQUEST, "That cannot be done", "Nothing was changed. Go back and try it another way."
    ),
}

PLAIN = {
    400: Face(
        HTTPStatus.BAD_REQUEST,
        "The request could not be read",
        "Nothing was changed. Go back, reload the page and try again.",
    ),
    401: Face(HTTPStatus.UNAUTHORIZED, "You are not signed in", "Nothing was changed. Sign in and do it again."),
    403: FACES[NotAllowed],
    404: FACES[NotFound],
    405: Face(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This page is not made for that",
        "Open it from its own place, not from a saved address.",
        "off",
    ),
    413: Face(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The file is too large",
        "Send a smaller one; the form says how large it may be.",
    ),
    429: Face(HTTPStatus.TOO_MANY_REQUESTS, "Too many tries", "Wait a minute, then try again.", "soon"),
}
SENTENCES = {
    401: "This needs a sign-in.",
    403: "Your role may not do this.",
    404: "There is no such page, or none that you may see.",
    405: "The address exists, but it is not opened this way.",
}


def face_of(error: DomainError) -> Face:
    """The face of an error, or of the nearest kind it is one of."""
    return next(FACES[kind] for kind in type(error).__mro__ if kind in FACES)


def init_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, show_domain_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Exception, show_failure)


def show_domain_error(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, SetupError):
        return show_failure(error)
    gaps = error.gaps if isinstance(error, Incomplete) else ()
    return show(face_of(error), error.sentence, gaps)


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # a redirect in an exception's clothes
        return error
    if error.code >= 500:
        return show_failure(error)
    face = PLAIN.get(error.code) or Face(HTTPStatus(error.code), HTTPStatus(error.code).phrase, "Nothing was changed.")
    own = error.description or ""
    stock = type(error).description
    sentence = own if own and own != stock else SENTENCES.get(error.code, "Nothing was changed.")
    shown = make_response(show(face, sentence))
    shown.headers.update({name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}})
    return shown


def show_failure(error: Exception) -> ResponseReturnValue:
    """A fault of ours: keep the story in the log under a number, and give the number to the reader."""
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS") is not False:
        raise error
    number = uuid7().hex[-8:]
    at = request.url_rule or "no page"  # the path itself may hold a secret or the key of a patient
    current_app.logger.exception("failure %s at %s %s", number, request.method, at, exc_info=error)
    if wants_json():
        return jsonify(error="This failed on our side.", number=number), 500
    page = current_app.jinja_env.get_template("web/broken.html")  # without the context, which may be what failed
    return page.render(number=number, theme=request.cookies.get("theme") == "dark" and "dark" or "light"), 500


def show(face: Face, sentence: str, gaps: tuple[str, ...] = ()) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=sentence, missing=list(gaps)), face.status
    return render_template("web/error.html", face=face, sentence=sentence, gaps=gaps), face.status


def wants_json() -> bool:
    accept = request.accept_mimetypes
    return accept.best_match(["text/html", "application/json"]) == "application/json" and accept["text/html"] < 1
