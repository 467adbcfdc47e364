"""The option ``--lesson``: everything about one lesson, and nothing else."""

from pathlib import Path

import pytest

from helpers.repository import ROOT

ABOUT_LESSONS = ("tests/submissions", "tests/solutions", "tests/grading/authoring")


class OneLesson:
    """Selects the tests of a lesson: its notebooks' cells, tests of a parameter that is it, tests of all lessons."""

    def __init__(self, lesson: str) -> None:
        """Raises pytest.UsageError if there is no such lesson."""
        self.notebooks = [path.stem for path in (ROOT / "solutions" / lesson).glob("*.ipynb")]
        if not lesson or not self.notebooks:
            there_are = sorted({path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb")})
            raise pytest.UsageError(f"there is no lesson {lesson!r}; there are: {', '.join(there_are)}")
        self.lesson = lesson

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out what would take time to import and holds no test of a lesson."""
        looked_into = [ROOT / place for place in (f"solutions/{self.lesson}", *ABOUT_LESSONS)]
        return None if any(_on_one_way(collection_path, place) for place in looked_into) else True

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        others = [item for item in items if not self.is_about(item)]
        items[:] = [item for item in items if self.is_about(item)]
        config.hook.pytest_deselected(items=others)

    def is_about(self, item: pytest.Item) -> bool:
        if item.path.is_relative_to(ROOT / "solutions" / self.lesson) or item.get_closest_marker("every_lesson"):
            return True
        names = {self.lesson, *self.notebooks}
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        return any(str(getattr(value, "stem", value)) in names for value in parameters)


def _on_one_way(path: Path, place: Path) -> bool:
    """Whether a path is the place, in it, or a folder on the way to it."""
    return path.is_relative_to(place) or place.is_relative_to(path)
