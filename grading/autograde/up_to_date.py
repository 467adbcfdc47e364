"""Nobody is graded by an old test: twins, solution, gradebook and release are compared before a class is graded."""

from pathlib import Path

from grading.autograde.books import Books, CannotGrade
from grading.autograde.generated import NotGenerated, from_solutions, generate, listed, old_releases
from grading.cells.twins import different_twins


def compare(books: Books, regenerate: bool) -> list[str]:
    """Stop with a sentence if the gradebook's cells are not those of the solution, or generate the assignment.

    Returns what to say of the release.
    """
    assignment, coursedir = books.assignment, books.coursedir
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)).resolve()
    if twins := different_twins(source):
        raise CannotGrade(
            f"{', '.join(map(str, twins))}: the notebook beside it holds other cells. "
            f"`hepdl solutions {assignment}` takes those edited last, and runs them; then run this again."
        )
    try:
        cells, released = from_solutions(coursedir, books.config)
        known, is_handed_in = books.lesson()
        old = old_releases(coursedir, released)
        if is_handed_in and cells.keys() != known.keys():
            raise CannotGrade(
                f"{source}: cells were added, removed or renamed ({listed(cells.keys() ^ known.keys())}), which "
                "nbgrader does not allow once an assignment was handed in: bring them back under their old names, or "
                f"the folder as it was released (`git checkout COMMIT -- solutions/{assignment}`)."
            )
        if not regenerate:
            if cells != known:
                different = {place for place in cells.keys() | known.keys() if cells.get(place) != known.get(place)}
                raise CannotGrade(
                    f"{source} was changed after the gradebook took it over: {listed(different)}. "
                    f"`hepdl autograde {assignment} --regenerate` takes it over, grades everybody again, and lists "
                    "whose points changed."
                )
            return [f"{path} is not what the solution gives now: `hepdl course` writes it anew" for path in old]
        books.points_before.begin(books.points())
        generate(coursedir, books.config)
    except NotGenerated as reason:
        raise CannotGrade(f"{reason}.") from None
    again = f"`nbgrader release_assignment {assignment} --force` gives it to students"
    return [f"{path} is new: {again}" for path in old]
