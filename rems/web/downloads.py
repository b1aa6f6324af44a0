"""A file as an answer: its kind, its name, and whether a browser shows it or saves it."""

from flask import Response, make_response

PDF = "application/pdf"


def file_answer(content: bytes, name: str, kind: str = PDF, *, shown: bool = False) -> Response:
    """The file of that name (any script). `shown`: the browser may show it in its place; else it is saved."""
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    answer.headers.set("Content-Disposition", "inline" if shown else "attachment", filename=name)
    return answer
