"""On what terms an assessment is taken: the program's own words first, then those of the installation, else none."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rems.programs import files
from rems.programs.rules import EvidenceKind, Local, Program
from rems.training.assessments.rules import Terms, terms

CONFIG = Path(__file__).parents[2] / "config"
SHIPPED = files.load(CONFIG / "programs").programs
KYMRIAH = SHIPPED["US-FDA-REMS-KYMRIAH"]
ON = date(2019, 5, 2)


def saying(program: Program, **parameters: int) -> Program:
    """The program as if its first version said something of the assessment."""
    first = program.versions[0]
    asked = tuple(
        replace(r, parameters={**r.parameters, **parameters}) if r.evidence is EvidenceKind.KNOWLEDGE_ASSESSMENT else r
        for r in first.requirements
    )
    return replace(program, versions=(replace(first, requirements=asked), *program.versions[1:]))


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_as_shipped_no_program_says_a_pass_mark_and_none_is_assumed(code):
    program = SHIPPED[code]
    for version in (None, *program.versions):
        assert terms(program, version) == Terms(None, None)


def test_the_installation_sets_what_no_source_says():
    program = replace(KYMRIAH, local=Local(pass_mark_percent=80, max_attempts=3))
    assert terms(program, program.version_on(ON)) == Terms(80, 3)
    assert terms(program, None) == Terms(80, 3)


def test_what_the_program_says_stands_before_what_the_installation_says():
    local = Local(pass_mark_percent=80, max_attempts=0)
    program = saying(replace(KYMRIAH, local=local), pass_mark_percent=90, question_count=9)
    assert terms(program, program.version_on(ON)) == Terms(90, 0, 9)
