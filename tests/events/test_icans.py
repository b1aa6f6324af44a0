"""The grade of neurotoxicity by ASTCT 2019: every row of its table, and that the worst one wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.events.icans import Consciousness, Edema, IcansInputs, Seizure, icans, to_json

TABLE = [
    *(
        (IcansInputs(ice=points), grade)
        for points, grade in zip(range(11), [3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 0], strict=True)
    ),
    (IcansInputs(cannot=True, consciousness=Consciousness.ALERT), 3),  # awake with global aphasia
    (IcansInputs(cannot=True, consciousness=Consciousness.UNAROUSABLE), 4),
    (IcansInputs(ice=10, consciousness=Consciousness.ALERT), 0),
    (IcansInputs(ice=10, consciousness=Consciousness.BY_ITSELF), 1),
    (IcansInputs(ice=10, consciousness=Consciousness.TO_VOICE), 2),
    (IcansInputs(ice=5, consciousness=Consciousness.TO_TOUCH), 3),
    (IcansInputs(ice=10, seizure=Seizure.RESOLVED), 3),
    (IcansInputs(ice=10, seizure=Seizure.PROLONGED), 4),
    (IcansInputs(ice=10, motor_weakness=True), 4),
    (IcansInputs(ice=10, edema=Edema.FOCAL), 3),
    (IcansInputs(ice=10, edema=Edema.DIFFUSE), 4),
    (IcansInputs(seizure=Seizure.RESOLVED), 3),
    (IcansInputs(), None),
]


@pytest.mark.parametrize(("inputs", "grade"), TABLE)
def test_each_row_of_the_table_gives_its_grade(inputs: IcansInputs, grade: int | None) -> None:
    assert icans(inputs).grade == grade


def test_the_steps_say_why() -> None:
    result = icans(IcansInputs(ice=5, consciousness=Consciousness.TO_TOUCH))
    assert result.steps == (
        "ICE score 5 of 10: grade 2",
        "Wakes only to touch: grade 3",
        "Grade 3 is the worst of these",
    )
    assert result.title == "ICANS grade 3 (ASTCT 2019)"
    assert icans(IcansInputs(ice=10)).title == "no ICANS, grade 0 (ASTCT 2019)"
    assert icans(IcansInputs()).title == "ICANS not assessed (ASTCT 2019)"


@pytest.mark.parametrize("points", [-1, 11])
def test_a_score_that_cannot_be_is_refused_in_words(points: int) -> None:
    with pytest.raises(BadInput, match=f"between 0 and 10 points, not {points}"):
        IcansInputs(ice=points)


def test_a_score_is_given_or_cannot_be_assessed_but_not_both() -> None:
    with pytest.raises(BadInput, match="not both"):
        IcansInputs(ice=3, cannot=True)


INPUTS = st.builds(
    IcansInputs,
    ice=st.none() | st.integers(0, 10),
    consciousness=st.none() | st.sampled_from(Consciousness),
    seizure=st.sampled_from(Seizure),
    motor_weakness=st.booleans(),
    edema=st.sampled_from(Edema),
)


@given(INPUTS)
def test_one_more_sign_never_lowers_the_grade(inputs: IcansInputs) -> None:
    worse = IcansInputs(**{**vars(inputs), "motor_weakness": True})
    assert (icans(worse).grade or 0) >= (icans(inputs).grade or 0)


@given(INPUTS)
def test_what_is_kept_beside_the_grade_is_plain(inputs: IcansInputs) -> None:
    assert all(value is None or isinstance(value, str | int | bool) for value in to_json(inputs).values())
