"""The fifteen years: schedule, visits, questionnaires."""
