"""The programs, and what each asked on any day: every rule with how sure it is and where it was read."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rems.core.errors import NotFound
from rems.programs import digests, queries, reading_aid, visit_lines
from rems.programs.comparing import of_versions
from rems.programs.rules import Program, Version
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
    lens, catalogue = current_lens(), queries.catalogue()
    known = [queries.as_known(p, lens.known_at) for p in catalogue.programs.values()]
    found = sorted(known, key=lambda p: (not p.is_open(lens.as_of), p.title))
    return render_template(
        "programs/index.html",
        programs=[(p, reading_aid.state(p, lens.as_of)) for p in found],
        open_number=sum(p.is_open(lens.as_of) for p in found),
        without_rems=catalogue.without_rems,
        sources=catalogue.sources,
        lens=lens,
        aid=reading_aid,
    )


@bp.get("/programs/<code>")
def show(code: str) -> ResponseReturnValue:
    lens = current_lens()
    program = queries.as_known(queries.program(code), lens.known_at)
    if not program.versions:
        return render_template("programs/not_known.html", program=program, lens=lens)
    named = request.args.get("version", "")
    version = _version(program, named) if named else reading_aid.shown_version(program, lens.as_of)
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
        before=_before(program, version),
        aid=reading_aid,
        visit_lines=visit_lines.visit_lines,
    )


@bp.get("/programs/<code>/differences")
def compare(code: str) -> ResponseReturnValue:
    """Two versions side by side, value by value: `?then=2017&now=2024-reduced`."""
    lens = current_lens()
    program = queries.as_known(queries.program(code), lens.known_at)
    if not program.versions:
        return render_template("programs/not_known.html", program=program, lens=lens)
    then = _version(program, request.args.get("then") or program.versions[0].version)
    now = _version(program, request.args.get("now") or program.versions[-1].version)
    return render_template(
        "programs/compare.html",
        program=program,
        then=then,
        now=now,
        choices=[(v.version, v.version) for v in program.versions],
        found=of_versions(*(digests.rules_of_version(program.code, v) for v in (then, now))),
        titles=reading_aid.titles(program) | reading_aid.TRIGGER_WORDS,
        lens=lens,
    )


def _version(program: Program, name: str) -> Version:
    """Raises NotFound with the versions that were known."""
    for found in program.versions:
        if found.version == name:
            return found
    names = ", ".join(v.version for v in program.versions)
    raise NotFound(f'{program.title} has no version "{name}". Its versions are: {names}.')


def _before(program: Program, version: Version) -> Version | None:
    """The version right before this one."""
    earlier = [v for v in program.versions if v.effective_from < version.effective_from]
    return earlier[-1] if earlier else None
