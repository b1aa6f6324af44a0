"""The course at the bedside after an infusion: watched days, grades, treatments, markers, and the event it becomes."""
