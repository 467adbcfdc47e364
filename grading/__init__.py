"""The instructor's side: releasing, grading and keeping the lessons sound."""
