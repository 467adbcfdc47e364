"""Grading in two processes: the student's cells in a sandbox, the tests in an examiner that sees only plain data."""
