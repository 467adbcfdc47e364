"""Grades in the table of a learning platform, to be uploaded there: a plugin for ``nbgrader export``."""

from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from grading.platforms import tables
from grading.platforms.people import People
from helpers.files import replacing


class PlatformGrades(ExportPlugin):
    """Fill the grades of one assignment into Moodle's grading worksheet or Canvas's exported gradebook.

    Who has no grade keeps the cell as it is; who is not in table or gradebook is named.
    """

    table = Unicode(help="Moodle's grading worksheet, or Canvas's exported gradebook.").tag(config=True)
    column = Unicode(help="Canvas: the column of the assignment, such as 'Exercise 4 (51234)'.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the table, by default to grades-TABLE. Ends with a sentence where that cannot be done."""
        if len(self.assignment) != 1 or not self.table:
            _fail("name one assignment and the table: --assignment=\"['ex4_splitting']\" --PlatformGrades.table=FILE")
        try:
            table = tables.read(Path(self.table))
            assignment = gradebook.find_assignment(self.assignment[0])
        except (tables.NoTable, MissingEntry) as error:
            _fail(str(error))
        column = self._column(table, assignment.max_score)
        people = People(gradebook)
        missing = {entry.student_id for entry in assignment.submissions if entry.timestamp or entry.score}
        for row in table.people().values():
            certain, names = table.said_of(row)
            student = people.find(certain, names)
            if student is None:
                self.log.warning("Not in the gradebook: %s", ", ".join(filter(None, [*names, *certain])))
                continue
            missing.discard(student)
            try:
                entry = gradebook.find_submission(assignment.name, student)
            except MissingEntry:
                continue
            if entry.needs_manual_grade:
                self.log.warning("Not marked completely: %s", student)
            row[column] = f"{max(0.0, entry.score - entry.late_submission_penalty):g}"
        for student in sorted(missing):
            self.log.warning("Not in the table: %s", student)
        to = Path(self.to or f"grades-{Path(self.table).name}")
        with replacing(to) as part:
            part.write_text(table.written(), encoding="utf-8", newline="")
        self.log.info("Grades of %s written to %s", assignment.name, to)

    def _column(self, table: tables.Table, points: float) -> str:
        """The column for the grades. Ends with a sentence if there is none, or if its points are others."""
        if table.kind == "Moodle":
            column = table.column("grade")
            maximum = table.column("maximum")
            possible = {row[maximum].strip() for row in table.rows} - {""} if maximum else set()
        else:
            fixed = {*tables.CANVAS, "Section"}
            found = [name for name in table.columns if name == self.column and name not in fixed]
            if not found:
                others = ", ".join(repr(name) for name in table.columns if name not in fixed)
                _fail(f"name the column of the assignment with --PlatformGrades.column: one of {others}")
            (column,) = found
            possible = {row[column].strip() for row in table.rows if row["Student"].strip() == "Points Possible"} - {""}
        for text in possible:
            try:
                same = float(text.replace(",", ".")) == points
            except ValueError:  # a scale of words
                same = False
            if not same:
                _fail(f"{self.table}: the assignment has {text} points there and {points:g} here: set {points:g} there")
        return column


def _fail(sentence: str) -> None:
    raise SystemExit(f"export: {sentence}")
