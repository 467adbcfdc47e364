"""The parts of `grading.autograde`: workers run submissions, one coordinator keeps the gradebook."""
