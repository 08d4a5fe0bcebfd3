"""What a course makes of verdicts: marks in nbgrader's gradebook, graded notebooks, rows for other programs."""
