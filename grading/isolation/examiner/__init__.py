"""The kernel of the test cells, which asks the student's kernel for what it needs."""
