"""The regions of a cell that students do not receive, from ``### BEGIN SOLUTION`` to ``### END SOLUTION`` and alike."""

from dataclasses import dataclass

from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions


@dataclass(frozen=True)
class Region:
    """A kind of region. begin, end: what the lines hold that enclose it."""

    begin: str
    end: str

    def divided(self, source: str) -> tuple[list[str], list[str]]:
        r"""The lines outside of such regions, and those inside; the lines that enclose them are in neither.

        >>> Region("# BEGIN", "# END").divided("mass = 125\n# BEGIN\nwidth = 4\n# END\nspin = 0")
        (['mass = 125', 'spin = 0'], ['width = 4'])
        """
        outside: list[str] = []
        inside: list[str] = []
        lines = outside
        for line in source.split("\n"):
            if self.begin in line:
                lines = inside
            elif self.end in line:
                lines = outside
            else:
                lines.append(line)
        return outside, inside

    def without(self, source: str) -> str:
        """The source as students have it."""
        return "\n".join(self.divided(source)[0])

    def unmarked(self, source: str) -> str:
        """The source whole, without the lines that enclose such regions."""
        return "\n".join(line for line in source.split("\n") if self.begin not in line and self.end not in line)


HIDDEN_TESTS = Region(
    ClearHiddenTests.begin_test_delimeter.default_value, ClearHiddenTests.end_test_delimeter.default_value
)
SOLUTION = Region(
    ClearSolutions.begin_solution_delimeter.default_value, ClearSolutions.end_solution_delimeter.default_value
)
MARK_SCHEME = Region(
    ClearMarkScheme.begin_mark_scheme_delimeter.default_value, ClearMarkScheme.end_mark_scheme_delimeter.default_value
)
