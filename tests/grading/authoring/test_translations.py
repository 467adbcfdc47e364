"""What is translated into German is complete, can be filled in, and leaves code, links and points as they are."""

import ast
import re
import shutil
from functools import cache

import nbformat
import numpy as np
import pytest
import yaml
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_grade

from grading.authoring import start_page, translate
from grading.cells.languages import language_of, recognised, sentences
from grading.cells.roles import is_exercise, is_test, name_of
from grading.cells.translation import texts_of_cell, translated, translated_source
from helpers import checks, datasets, language
from helpers.repository import ROOT

LESSON = "ex4_splitting"
ENGLISH = ROOT / "course" / LESSON / "splitting.ipynb"
LINK, CODE, FORMULA, TAG = (
    re.compile(it) for it in (r"\]\(([^)\s]*)\)", r"`[^`\n]+`", r"\$[^$]+\$", r"</?[a-z!][^>\n]*>")
)
# In "10 < m < 50" there is no tag.
WHOLE, PARTLY = (LESSON, "checks", "start", "grading"), ("glossary",)


@pytest.fixture(scope="module")
def texts() -> dict[str, dict[str, str]]:
    return translate.all_texts("de")


@pytest.fixture(scope="module")
def english() -> NotebookNode:
    return nbformat.read(ENGLISH, as_version=4)


@pytest.fixture(scope="module")
def german(english) -> NotebookNode:
    return translated(english, "de", sentences("de", LESSON))


@pytest.fixture(autouse=True)
def english_again():
    yield
    language.use("en")


def terms_of(notebook: NotebookNode) -> set[str]:
    """The anchors in the glossary to which a notebook links."""
    return {name for cell in notebook.cells for name in re.findall(r"glossary\.md#([a-z-]+)", cell.source)}


def entries(terms: set[str]) -> list[str]:
    """The paragraphs of these entries of the glossary: what stands between an anchor and the next."""
    page = (ROOT / "solutions/glossary.md").read_text("utf-8")
    return [
        text
        for term in terms
        for text in page.split(f'<a id="{term}"></a>')[1].split("<a id=")[0].strip().split("\n\n")
    ]


def test_nothing_that_exercise_4_needs_lacks_a_translation(texts, english, capsys):
    lacking = {name: translate.state("de", name, texts[name]).lacking for name in WHOLE}
    known = sentences("de", "glossary")
    lacking["glossary"] = [text for text in entries(terms_of(english)) if text not in known]
    assert {name: texts for name, texts in lacking.items() if texts} == {}
    others = {name: translate.state("de", name, texts[name]) for name in PARTLY}
    not_begun = sorted(set(translate.assignments()) - set(translate.begun("de")))
    with capsys.disabled():
        partly = ", ".join(f"{name} {state}" for name, state in others.items())
        print(f"\nGerman, translated in part: {partly}; not begun: {', '.join(not_begun)}")


def test_what_is_translated_is_still_in_the_course(texts):
    for name, wanted in texts.items():
        known = language.read(translate.catalogue_path("de", name))
        assert known.keys() <= set(wanted), f"run `hepdl translate de`, and look at {name}.po"


def faults(english: str, german: str, filled: bool) -> list[str]:
    """What a translation has lost or added. filled: whether braces are placeholders."""
    found = [
        f"other links, formulas or tags ({kind.pattern})"
        for kind in (LINK, FORMULA, TAG)
        if sorted(kind.findall(english)) != sorted(kind.findall(german))
    ]
    found += [f"lacks {code}" for code in set(CODE.findall(english)) - set(CODE.findall(german))]
    if filled and not language.same_placeholders(english, german):
        found.append("other placeholders")
    return found


def test_links_code_formulas_and_placeholders_are_those_of_the_english_text(texts):
    for name in texts:
        known = language.read(translate.catalogue_path("de", name))
        filled = name in ("checks", "grading")
        assert {text: faults(text, said, filled) for text, said in known.items() if faults(text, said, filled)} == {}


@pytest.mark.parametrize(
    ("text", "said", "fault"),
    [
        ("see [it](a.md)", "siehe [es](b.md)", "other links"),
        ("{found} of {wanted:g}", "{found} von {wanted}", "other placeholders"),
        ("{found} events", "{gefunden} Ereignisse", "other placeholders"),
        ("call `split`", "rufe `teile`", "lacks `split`"),
        ("mass $m$", "Masse $M$", "other links"),
    ],
)
def test_a_fault_of_a_translation_is_seen(text, said, fault):
    assert any(found.startswith(fault) for found in faults(text, said, filled=True))


def without_texts(source: str) -> str:
    """Code without docstrings and comments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.unparse(tree)


def test_the_german_notebook_has_the_same_cells_code_and_points(english, german):
    nbformat.validate(german)
    others = [cell for cell in german.cells if cell.id != "language"]
    assert len(others) == len(english.cells) == len(german.cells) - 1
    for ours, theirs in zip(english.cells, others, strict=True):
        assert (ours.id, ours.cell_type, name_of(ours)) == (theirs.id, theirs.cell_type, name_of(theirs))
        marks, same = (dict(cell.metadata.get("nbgrader", {})) for cell in (ours, theirs))
        if is_exercise(ours):
            assert without_texts(ours.source) == without_texts(theirs.source)
            assert ours.source != theirs.source
        if ours.cell_type == "code" and not is_exercise(ours):
            assert ours.source == theirs.source
        if marks:
            assert same.pop("checksum") == compute_checksum(theirs)
            assert same == {key: value for key, value in marks.items() if key != "checksum"}
    assert language_of(german) == "de"
    assert language_of(english) == "en"


def test_what_is_not_translated_stays_english(english):
    cell = next(cell for cell in english.cells if len(texts_of_cell(cell)) > 1)
    first, *others = texts_of_cell(cell)
    source = translated_source(cell, {first: "eins"})
    assert source.startswith("eins")
    assert all(text in source for text in others)


def test_no_sentence_of_a_hidden_test_is_in_what_students_have():
    lesson = translate.texts_of_lesson(LESSON)
    hidden = [text for text in lesson if "not every event can come first" in text]
    assert hidden
    assert not set(hidden) & language.read(translate.catalogue_path("de", "checks")).keys()


def test_the_start_page_is_german_and_tells_of_every_lesson(tmp_path, german):
    shutil.copytree(ROOT / "course", tmp_path / "course")
    nbformat.write(german, tmp_path / "course" / LESSON / "splitting.ipynb")
    pages = start_page.translated_pages(
        ROOT / "solutions",
        tmp_path / "course",
        {name: sentences("de", name.removesuffix(".md")) for name in ("start.md", "glossary.md")},
    )
    assert "| [Übung 4: erst mischen, dann teilen](ex4_splitting/splitting.ipynb) |" in pages["start.md"]
    assert "| 60 Minuten | 10 durch Checks, 3 von Hand |" in pages["start.md"]
    assert "[Exercise 5: the first network](ex5_first_network/first_network.ipynb)" in pages["start.md"]
    assert set(LINK.findall(pages["start.md"])) == set(LINK.findall((ROOT / "course/start.md").read_text("utf-8")))
    assert '<a id="overfitting"></a>\n\n### Übertraining' in pages["glossary.md"]
    assert "### Accuracy" in pages["glossary.md"]


def run(notebook: NotebookNode, **answers: str) -> str:
    """What the test cells of a notebook say to answers, as in a student's kernel."""
    names: dict = {"checks": checks}
    said = []
    for cell in notebook.cells:
        if name_of(cell) in answers or (cell.cell_type == "code" and cell.id == "language"):
            exec(answers.get(name_of(cell) or "", cell.source), names)
        elif is_test(cell) and (name_of(cell) or "").removesuffix("-check") in answers:
            try:
                exec(cell.source, names)
            except checks.CheckFailed as failed:
                said += failed._render_traceback_()
    return " ".join(" ".join(said).split())


def test_a_german_notebook_says_in_german_what_is_wrong(german, english):
    nothing = "import numpy as np\ndef split(array, v, t):\n    assert 0 <= min(v, t)"
    wrong = "import numpy as np\ndef split(array, v, t):\n    return array, array[:0], array[:0]"
    assert "bei 1000 Ereignissen und den Anteilen 0.2 und 0.3 sollte der Teil training 500" in run(german, split=wrong)
    assert "split hat None zurückgegeben" in run(german, split=nothing)
    language.use("en")
    assert "the training part should hold 500 events" in run(english, split=wrong)


@cache
def solution_cells() -> list[NotebookNode]:
    return nbformat.read(ROOT / "solutions" / LESSON / "splitting.ipynb", as_version=4).cells


def verdict(exercise: str, answer: str, code: str) -> tuple[str, str]:
    """What the whole test of an exercise, its hidden part too, makes of an answer: the error's name and words."""
    language.use(code, sentences(code, LESSON))
    names: dict = {"np": np, "arrays": datasets.load_arrays("hww/arrays.npz")}
    try:
        for cell in solution_cells():
            if is_exercise(cell):
                exec(answer if name_of(cell) == exercise else cell.source, names)
            if name_of(cell) == f"{exercise}-check":
                exec(cell.source, names)
                return "passed", ""
    except (Exception, SystemExit) as error:
        return type(error).__name__, str(error)
    raise LookupError(exercise)


def test_every_answer_gets_the_same_verdict_and_a_german_sentence():
    submissions = yaml.safe_load((ROOT / "tests/submissions" / f"{LESSON}.yaml").read_text("utf-8"))
    for exercise, kinds in submissions.items():
        for name, answer in (kinds["right"] | kinds["wrong"]).items():
            source = answer["source"] if isinstance(answer, dict) else answer
            english, german = (verdict(exercise, source, code) for code in ("en", "de"))
            assert english[0] == german[0], name
            assert english[0] != "CheckFailed" or english[1] != german[1], name


def test_a_notebook_asks_for_a_language_that_there_is():
    with pytest.raises(ValueError, match="do not speak 'tlh'; they speak en, de"):
        language.use("tlh")


def test_a_translation_that_cannot_be_filled_is_not_used(tmp_path):
    language.use("de", {"{a} of {b}": "{a} von {c}", "{a} and {b}": "{b} und {a}"})
    assert checks.sentence("{a} of {b}", a=1, b=2) == "1 of 2"
    assert checks.sentence("{a} and {b}", a=1, b=2) == "2 und 1"


def test_the_graders_sentences_are_recognised():
    stopped = "the cell was stopped after computing for 301 s: a cell may take 300 s of processor time, "
    said = recognised(stopped + "all its threads and processes together", "de")
    assert said.startswith("die Zelle wurde abgebrochen, nachdem sie 301 s gerechnet hatte")
    missing = "name 'np' is not defined: `np` is imported by a check cell only; import it in a cell of your own"
    assert recognised(missing, "de").endswith("`np` importiert nur ein Check; importiere es in einer eigenen Zelle")
    taken = "toys.ipynb was not handed in: 'toys (1).ipynb' was graded in its place"
    assert recognised(taken, "de") == "toys.ipynb wurde nicht abgegeben: stattdessen wurde 'toys (1).ipynb' bewertet"
    assert recognised("something new", "de") == "something new"
    assert recognised(taken, "en") == taken


def test_points_do_not_depend_on_the_language(english, german):
    points = [[cell.metadata.nbgrader.points for cell in one.cells if is_grade(cell)] for one in (english, german)]
    assert points[0] == points[1] == [3, 3, 4, 3]
