"""The pages of mistakes say what lies behind each, and the public ones hold no code and no hidden test."""

import pytest
import toy_lesson
import yaml

from book import mistakes
from book.course import BookError

WRITTEN = {
    "toy": {
        "behind": "Masses are not weights.",
        "right": {"by hand": "higgs_mass = 125.25  # by hand"},
        "wrong": {
            "a mass_of | another": {"says": "in *GeV*", "source": "higgs_mass = 125_000"},
            "nearly right": {"says": "not exact", "seen": "hidden", "source": "higgs_mass = 125"},
        },
    }
}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "tests/submissions").mkdir(parents=True)
    (tmp_path / "tests/submissions/ex9_toys.yaml").write_text(yaml.safe_dump(WRITTEN))
    return tmp_path


def page(root, with_answers):
    return mistakes.pages([toy_lesson.lesson()], root, with_answers)["ex9_toys/toys"]


def test_the_public_page(root):
    text = page(root, with_answers=False)
    assert text.startswith("# Exercise 9: common mistakes\n")
    assert "[Exercise 9: toys](../../course/ex9_toys/toys.ipynb)" in text
    assert "## Toy\n\nMasses are not weights.\n" in text
    assert "| a mass\\_of \\| another | “… in \\*GeV\\* …” |" in text
    assert "nearly right" not in text
    assert "higgs_mass" not in text


def test_the_instructors_page(root):
    text = page(root, with_answers=True)
    assert "| nearly right | “… not exact …” |" in text
    for code in ("higgs_mass = 125  ", "higgs_mass = 125_000", "# by hand", toy_lesson.ANSWER):
        assert code.strip() in text
    assert "BEGIN SOLUTION" not in text


def test_a_mistake_without_a_reason_is_refused(root):
    answers = {"toy": {"wrong": WRITTEN["toy"]["wrong"]}}
    (root / "tests/submissions/ex9_toys.yaml").write_text(yaml.safe_dump(answers))
    with pytest.raises(BookError, match=r"toy of ex9_toys/toys\.ipynb has no `behind`"):
        page(root, with_answers=False)
