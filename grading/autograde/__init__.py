"""Grading a class in parallel: workers run submissions, one coordinator keeps the gradebook."""
