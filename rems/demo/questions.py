"""The course and the questions of the demonstration; written for it, and taken from no sponsor."""

from rems.training.assessments.rules import AnswerKind
from rems.training.assessments.writing import Asked

TITLE = "Safe use of CAR T cells"
CRS, NEURO, AFTER = "Cytokine release syndrome", "Neurologic toxicity", "Follow-up and reporting"
MESSAGES = (CRS, NEURO, AFTER)
ONE, MANY = AnswerKind.SINGLE, AnswerKind.MULTIPLE

COURSE = """\
# Before the infusion

- One dose of tocilizumab per patient is on site, and a second can be had within 8 hours of the first.
- The patient carries the alert card, and knows whom to call by day and by night.
- Whoever prescribes, dispenses or administers the cells has taken this course.

# Cytokine release syndrome

It begins with **fever of 38.0 °C or more**. Low blood pressure or lack of oxygen raises its grade. Grade it by the
ASTCT consensus of 2019, and again whenever the patient changes.

# Neurologic toxicity

Ask the ten points of the **ICE score** at each round. A patient who cannot be woken is an emergency, whatever it says.

# Afterwards

The patient stays within 2 hours of the center for 4 weeks and does not drive for 8. Follow-up goes on for 15 years.
A serious adverse event is reported the day it is known.
"""

QUESTIONS = (
    Asked(
        "How much tocilizumab must be there before an infusion?",
        ONE,
        [
            ("One dose on site, and a second within 8 hours of it", True),
            ("One dose in the town", False),
            ("None, if it can be ordered", False),
        ],
        CRS,
        "The risk management plan asks for it per patient.",
    ),
    Asked(
        "With what does cytokine release syndrome begin?",
        ONE,
        [("Fever of 38.0 °C or more", True), ("A rash", False), ("Back pain", False)],
        CRS,
        "Without fever that has no other cause it is not graded as such (ASTCT 2019).",
    ),
    Asked(
        "What raises the grade of cytokine release syndrome?",
        MANY,
        [("Low blood pressure", True), ("Need of oxygen", True), ("The height of the fever", False)],
        CRS,
        "Above 38.0 °C the height of the fever does not count.",
    ),
    Asked(
        "How many points has the ICE score?",
        ONE,
        [("10", True), ("5", False), ("15", False)],
        NEURO,
    ),
    Asked(
        "A patient cannot be woken. What does that mean?",
        ONE,
        [("Neurologic toxicity of grade 4", True), ("Grade 1, to be watched", False), ("Sleep after fever", False)],
        NEURO,
        "Unrousable is grade 4, whatever else is found (ASTCT 2019).",
    ),
    Asked(
        "How long does the patient not drive after the infusion?",
        ONE,
        [("8 weeks", True), ("2 weeks", False), ("4 weeks", False)],
        NEURO,
        "Four weeks is how long the patient stays near the center.",
    ),
    Asked(
        "For how long is a patient followed?",
        ONE,
        [("15 years", True), ("1 year", False), ("5 years", False)],
        AFTER,
    ),
    Asked(
        "Which of these are reported?",
        MANY,
        [
            ("A serious adverse event after the infusion", True),
            ("A second cancer years later", True),
            ("A missed parking space", False),
        ],
        AFTER,
        "A secondary malignancy is reported for as long as the patient lives.",
    ),
)
