"""The programs, and what each asked on any day: every rule with how sure it is and where it was read."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rems.programs import queries, reading_aid
from rems.web.lens import current_lens

bp = Blueprint("programs", __name__)


@bp.app_template_filter("in_words")
def in_words(code: str) -> str:
    """authorized_representative: authorized representative."""
    return code.replace("_", " ").replace("-", " ")


@bp.app_template_filter("begun")
def begun(text: str) -> str:
    """With a capital at the beginning and the rest as it is; marked text stays marked."""
    return text[:1].upper() + text[1:]


@bp.get("/programs")
def index() -> ResponseReturnValue:
    lens = current_lens()
    found = sorted(queries.catalogue().programs.values(), key=lambda p: (not p.is_open(lens.as_of), p.title))
    return render_template(
        "programs/index.html",
        programs=[(p, reading_aid.state(p, lens.as_of)) for p in found],
        open_number=sum(p.is_open(lens.as_of) for p in found),
        lens=lens,
    )


@bp.get("/programs/<code>")
def show(code: str) -> ResponseReturnValue:
    program, lens = queries.program(code), current_lens()
    named = request.args.get("version", "")
    version = queries.version(code, named) if named else reading_aid.shown_version(program, lens.as_of)
    catalogue = queries.catalogue()
    return render_template(
        "programs/show.html",
        program=program,
        version=version,
        lens=lens,
        state=reading_aid.state(program, lens.as_of),
        in_force=program.version_on(lens.as_of) is version,
        life=reading_aid.life(program, lens.as_of),
        stages=reading_aid.by_stage(version),
        schedules=[catalogue.schedules[track] for track in program.tracks],
        sources=[(s, reading_aid.address_of(s)) for s in reading_aid.used_sources(catalogue, program, version)],
        titles=reading_aid.titles(program),
        unverified=reading_aid.unverified(version),
        aid=reading_aid,
    )
