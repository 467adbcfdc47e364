"""Each check passes what is right, fails what is wrong, and says why in a sentence."""

import awkward as ak
import nbformat
import numpy as np
import pandas as pd
import pytest
import uproot
from nbclient import NotebookClient

from helpers import checks
from helpers.checks import CheckFailed
from helpers.checks.failure import COLUMNS

RANDOM = np.random.default_rng(7).permutation(2000)


class EqualsEverything:
    """An object that a comparison would believe; its module is set to that of a class defined in a notebook."""

    __module__ = "__main__"
    shape = (3,)

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __float__(self):
        return 1.0

    def __array__(self, *args, **kwargs):
        return np.array([1.0, 2.0, 3.0])


class Liar(np.ndarray):
    """An array that answers every function and comparison with True."""

    def __array_ufunc__(self, *args, **kwargs):
        return np.bool_(True)

    def __array_function__(self, *args, **kwargs):
        return np.bool_(True)


@pytest.fixture
def tree(tmp_path):
    with uproot.recreate(tmp_path / "small.root") as file:
        file.mktree("Events", {"mass": np.dtype("f4")}).extend({"mass": np.float32([1, 2, 3])})
    with uproot.open(tmp_path / "small.root") as file:
        yield file["Events"]


def fails(says):
    return pytest.raises(CheckFailed, match=says)


# That a CheckFailed shows as its sentence alone


@pytest.fixture(scope="module")
def errors():
    """Gives the errors that cells show, a list for each, in one kernel that has forgotten the names of those before."""
    notebook = nbformat.v4.new_notebook()
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True)

    def shown(*sources):
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in ("%reset -f", *sources)]
        done = [client.execute_cell(cell, position) for position, cell in enumerate(notebook.cells)]
        return [[output for output in cell.outputs if output.output_type == "error"] for cell in done[1:]]

    with client.setup_kernel():
        yield shown


def test_a_notebook_shows_the_sentence_alone(errors):
    check, other = errors("from helpers import checks\nchecks.that(False, 'the mean should be 0')", "1 / 0  # another")
    assert [(error.ename, error.evalue) for error in check] == [("CheckFailed", "the mean should be 0")]
    assert check[0].traceback == ["Check failed: the mean should be 0"]
    assert "# another" in "".join(other[0].traceback)


def test_a_long_sentence_is_broken_between_words():
    says = "events come last here, " * 6 + "`shuffle_together`" * 6
    lines = CheckFailed(says)._render_traceback_()[0].splitlines()
    assert len(lines) == 3 and " ".join(lines) == f"Check failed: {says}"
    assert max(len(line) for line in lines[:-1]) <= COLUMNS


def test_a_name_that_is_missing_in_a_test_cell_says_which_cell_to_run(errors):
    test, own, inner = errors(
        "import math\nfrom helpers import checks\nchecks.shape(mtw1, (3,), 'mtw1')",
        "mtw1 + 1  # the student's own cell",
        "from helpers import checks\ndef f():\n    return forgotten  # in a function\nf()",
    )
    assert [error.ename for error in (*test, *own, *inner)] == ["NameError"] * 3
    assert len(test[0].traceback) == 1
    assert "`mtw1` is not there yet. Run the cell above in which you define it" in test[0].traceback[0]
    assert "# the student's own cell" in "".join(own[0].traceback)
    assert "# in a function" in "".join(inner[0].traceback)


STUB = "def split(array):\n    # your code here\n    raise NotImplementedError"


def test_a_stub_that_a_test_cell_calls_says_that_the_answer_is_missing(errors):
    _, test, through, own, library = errors(
        STUB,
        "from helpers import checks\nsplit([1])",
        "from helpers import checks\nchecks.call(split, [1], says='split should work')",
        "split([1])  # the student's own cell",
        "from helpers import checks\nimport numbers\nnumbers.Complex.__eq__(1, 2)",
    )
    assert [error.ename for error in (*test, *through, *own, *library)] == ["NotImplementedError"] * 4
    for error in (*test, *through):
        assert error.traceback == [
            "Not answered yet: `split` still says `raise NotImplementedError`. Put your answer in its place, run that "
            "cell, then this one."
        ]
    assert "# the student's own cell" in "".join(own[0].traceback)
    assert "numbers.Complex" in "".join(library[0].traceback)


def test_passed_says_what_was_shown_and_what_is_to_come(capsys):
    checks.passed("no event is lost")
    checks.passed("no event is lost", more=False)
    assert capsys.readouterr().out == (
        "Passed: no event is lost. Grading asks the same of other inputs.\n"
        "Passed: no event is lost. Grading looks at the same.\n"
    )


def test_what_was_shown_is_broken_between_words(capsys):
    checks.passed("the events of the files are all there, once, with their own weights, and in an order that is random")
    first, second = capsys.readouterr().out.splitlines()
    assert (first[-7:], second) == ("that is", "random. Grading asks the same of other inputs.")
    assert len(first) <= 100


def test_a_failed_check_is_an_assertion():
    assert issubclass(CheckFailed, AssertionError)


# that


def test_that():
    checks.that(True, "not seen")
    checks.that(np.bool_(True), "not seen")
    with fails("^the words$"):
        checks.that(False, "the words")


# number, numbers


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float32(2), np.array([2.0]), np.array([[2]]), ak.Array([2.0]), pd.Series([2])]
)
def test_number_takes_any_single_number(value):
    found = checks.number(value, "mean")
    assert found == 2
    assert type(found) is float


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "mean is None: nothing has been computed or returned yet"),
        (..., "mean is Ellipsis: nothing"),
        (np.mean, "mean is a function, not its result: call it"),
        ([1.0, 2.0], r"mean should be one number, but it has shape \(2,\)"),
        ([], "mean should be one number"),
        ("2.0", "mean should hold numbers, but its type is str"),
        (2j, "mean should hold numbers"),
        (np.nan, "mean holds 1 values that are not finite"),
        ({"mean": 2.0}, "mean is a dictionary, but an array is expected"),
        (EqualsEverything(), "mean is an object of your own class EqualsEverything"),
        (object(), "mean should hold numbers or strings, but its type is object"),
    ],
)
def test_number_says_what_else_it_got(value, says):
    with fails(says):
        checks.number(value, "mean")


@pytest.mark.parametrize(
    "value",
    [
        [0, 1, 2],
        (0.0, 1.0, 2.0),
        range(3),
        np.arange(3),
        np.arange(3, dtype="float16"),
        ak.Array([0, 1, 2]),
        pd.Series([0, 1, 2]),
        pd.array([0, 1, 2], dtype="Int64"),
        np.array([0, 1.0, np.float32(2)], dtype=object),
        np.arange(3.0).view(Liar),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_makes_plain_arrays(value):
    found = checks.numbers(value, "masses")
    assert type(found) is np.ndarray
    assert found.dtype.kind in "if"
    assert found.tolist() == [0, 1, 2]


def test_numbers_takes_a_data_frame_of_several_types():
    frame = pd.DataFrame({"float": [0.5, 1.5], "int": [7, 8], "bool": [True, False]})
    assert checks.numbers(frame, "inputs").tolist() == [[0.5, 7, 1], [1.5, 8, 0]]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1.0, np.nan, np.inf], "masses holds 2 values that are not finite"),
        ([[1, 2], [3]], "masses cannot be made an array: do its rows differ in length"),
        (ak.Array([[1, 2], [3]]), "masses cannot be made an array: do its rows differ in length"),
        (ak.Array([{"m": 1.0}, {"m": 2.0}]), "masses is a table with the columns 'm': take the array of one of them"),
        (np.array([1.0, None]), "masses should hold numbers or strings, but its type is ndarray .dtype object."),
        ((x for x in [1, 2]), "the type of masses is generator: make a list of it"),
        (map(int, "12"), "the type of masses is map"),
        ({1, 2}, "masses should hold numbers or strings, but its type is set"),
        (["1", "2"], "masses should hold numbers"),
        ([object(), 1.0], "masses should hold numbers or strings, but its type is list .dtype object."),
    ],
)
def test_numbers_says_what_else_it_got(value, says):
    with fails(says):
        checks.numbers(value, "masses")


def test_numbers_does_not_read_the_file_for_the_student(tree):
    checks.numbers(tree["mass"].array(), "mass")
    with fails("mass is a piece of the file, not what it holds"):
        checks.numbers(tree["mass"], "mass")
    with fails("mass is a function, not its result"):
        checks.numbers(tree["mass"].array, "mass")


# shape


def test_shape():
    checks.shape(np.zeros((4, 6)), (4, 6), "inputs")
    checks.shape([[1, 2], [3, 4]], (None, 2), "inputs")
    checks.shape(3.0, (), "a number")
    with fails(r"^the shape of inputs is \(6, 4\), but \(4, 6\) is expected: transpose$"):
        checks.shape(np.zeros((6, 4)), (4, 6), "inputs", hint="transpose")
    with fails(r"^the shape of weights is \(4, 1\), but \(any,\) is expected$"):
        checks.shape(np.zeros((4, 1)), (None,), "weights")
    with fails("weights is None"):
        checks.shape(None, (4,), "weights")


# strings, names, dictionary


@pytest.mark.parametrize(
    "value",
    [
        ["b", "a"],
        ("a", "b"),
        {"a", "b"},
        {"a": 1, "b": 2},
        np.array(["a", "b"]),
        ak.Array(["a", "b"]),
        pd.Index(["a", "b"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_names_takes_any_collection(value):
    checks.names(value, ["a", "b"], "branches")
    assert sorted(checks.strings(value, "branches")) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (["a"], "^branches lacks 'b'$"),
        ([], "branches lacks 'a', 'b'"),
        (["a", "b", "c"], "^branches should not hold 'c'$"),
        (["a", "b", *"cdefg"], "should not hold 'c', 'd', 'e' and 2 more"),
        (["a", "b", "a"], "^branches holds a name twice$"),
        ("ab", "branches should be a list of names, not one string"),
        (3, "branches should be a list of names, but its type is int"),
        (None, "branches is None"),
        (iter(["a", "b"]), "the type of branches is list_iterator"),
        ({}.keys, "branches is a function, not its result"),
        ([b"a", b"b"], r"branches should hold names \(strings\), but the type of an item is bytes"),
        ([EqualsEverything(), EqualsEverything()], "but the type of an item is EqualsEverything"),
        (EqualsEverything(), "branches is an object of your own class"),
    ],
)
def test_names_says_what_is_wrong(value, says):
    with fails(says):
        checks.names(value, ["a", "b"], "branches")


def test_names_does_not_list_the_file_for_the_student(tree):
    checks.names(tree.keys(), ["mass"], "branches")
    with fails("branches is a piece of the file"):
        checks.names(tree, ["mass"], "branches")
    with fails("but the type of an item is Model_TBranch"):
        checks.names(list(tree.branches), ["mass"], "branches")


def test_dictionary():
    checks.dictionary({"b": 1, "a": 2}, ["a", "b"], "sample")
    with fails("sample lacks 'b'"):
        checks.dictionary({"a": 2}, ["a", "b"], "sample")
    with fails("sample should be a dictionary, but its type is list"):
        checks.dictionary(["a", "b"], ["a", "b"], "sample")
    with fails("sample is None"):
        checks.dictionary(None, ["a"], "sample")
    with fails("sample is an object of your own class"):
        checks.dictionary(EqualsEverything(), ["a"], "sample")


# equal, close


@pytest.mark.parametrize("value", [[1, 2, 3], (1.0, 2.0, 3.0), ak.Array([1, 2, 3]), pd.Series([1, 2, 3])], ids=repr)
def test_equal_and_close_take_what_holds_the_same(value):
    checks.equal(value, [1, 2, 3], "not seen")
    checks.close(value, [1, 2, 3], "not seen")


def test_equal_compares_strings():
    checks.equal(np.array(["a", "b"]), ["a", "b"], "not seen")
    checks.equal(pd.Series(["a", "b"]), ["a", "b"], "not seen")
    with fails("^the words$"):
        checks.equal(["a", "c"], ["a", "b"], "the words")


@pytest.mark.parametrize(
    "value", [[1, 2, 4], [1, 2], [[1, 2, 3]], 1, ["1", "2", "3"], [1, 2, np.nan], np.zeros(3).view(Liar)], ids=repr
)
def test_equal_and_close_fail_with_the_message(value):
    with fails("^the words$"):
        checks.equal(value, [1, 2, 3], "the words")
    with fails(r"^the words \("):
        checks.close(value, [1, 2, 3], "the words")


def test_equal_and_close_believe_no_object():
    for check in (checks.equal, checks.close):
        with fails("an object of your own class"):
            check(EqualsEverything(), [1, 2, 3], "the words")


def test_equal_does_not_take_a_shape_that_only_fits_by_stretching():
    with fails("the words"):
        checks.equal([1], [1, 1], "the words")
    with fails(r"the words \(shape \(1,\) instead of \(2,\)\)"):
        checks.close([1], [1, 1], "the words")


def test_close_forgives_what_it_is_told_to():
    checks.close([1.000009, 0], [1, 0], "not seen")
    checks.close([1.0009, 1e-3], [1, 0], "not seen", rtol=1e-3, atol=1e-3)
    checks.close([], [], "not seen")
    with fails(r"^the words \(found 1.00002, expected 1\) at index 0$"):
        checks.close([1.00002], [1], "the words")
    with fails("found 1e-09, expected 0"):
        checks.close([1e-9], [0], "the words")


def test_close_shows_the_worst_value_and_its_place():
    with fails(r"^the words \(found 4, expected 3\)$"):
        checks.close(4, 3, "the words")
    with fails(r"^the words \(found 9, expected 3\) at index \[1, 0\]$"):
        checks.close([[1, 2], [9, 4]], [[1, 2], [3, 4]], "the words")
    with fails(r"^the words \(found 9, expected 3\) at index 2$"):
        checks.close([1.1, 2.1, 9], [1, 2, 3], "the words")
    with fails(r"^the words \(2 values are not finite: NaN or infinity\)$"):
        checks.close([1, np.nan, -np.inf], [1, 2, 3], "the words")


# same_events, aligned


def test_same_events_in_any_order():
    checks.same_events([3, 1, 2, 2], [1, 2, 2, 3], "weights")
    checks.same_events(np.float32([0.3, 0.1]), [0.1, 0.3], "weights")
    checks.same_events(["b", "a"], ["a", "b"], "letters")
    checks.same_events([], [], "weights")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([1, 2, 2], "weights holds 3 events instead of 4"),
        ([1, 2, 3, 3], "weights does not hold the events that it was made from: some are lost, doubled or changed"),
        ([1, 2, 2, 3.001], "some are lost, doubled or changed"),
        ([1, 2, 2, np.nan], "some are lost, doubled or changed"),
        (["1", "2", "2", "3"], "some are lost, doubled or changed"),
        (None, "weights is None"),
    ],
)
def test_same_events_says_what_is_wrong(value, says):
    with fails(says):
        checks.same_events(value, [1, 2, 2, 3], "weights")


def test_same_events_compares_event_numbers_exactly():
    numbers = np.arange(10**7, 10**7 + 5)
    checks.same_events(numbers[::-1], numbers, "events")
    with fails("some are lost"):
        checks.same_events([*numbers[:4], numbers[4] + 1], numbers, "events")


def test_aligned():
    checks.aligned([0.1, 0.2], np.float32([0.1, 0.2]), "not seen")
    checks.aligned([0, 1], [0.0, 1.0], "not seen")
    for second in ([0.2, 0.1], [0.1, 0.2001], [0.1], [[0.1, 0.2]]):
        with fails("^an event lost its weight$"):
            checks.aligned([0.1, 0.2], second, "an event lost its weight")
    with fails("an event lost its weight"):
        checks.aligned([10**7], [10**7 + 1], "an event lost its weight")
    with fails("not finite"):
        checks.aligned([np.nan], [np.nan], "not seen")


# shuffled


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_takes_random_orders(seed):
    rng = np.random.default_rng(seed)
    checks.shuffled(rng.permutation(300), "not seen")
    checks.shuffled(rng.permutation(np.repeat([0, 1], 500)), "not seen")
    checks.shuffled(rng.permutation(np.geomspace(1e-9, 1e9, 300)), "not seen")


@pytest.mark.parametrize(
    "order",
    [
        np.arange(2000),
        np.arange(2000)[::-1],
        np.roll(np.arange(2000), 423),
        np.random.default_rng(1).permutation(np.arange(2000).reshape(-1, 100)).ravel(),
        np.concatenate([np.sort(RANDOM[:1000]), np.sort(RANDOM[1000:])]),
        np.repeat([0, 1], 1000),
        np.tile([0, 1], 1000),
        np.concatenate([np.arange(1500), 1500 + np.random.default_rng(1).permutation(500)]),
    ],
    ids=[
        "as it was",
        "reversed",
        "rotated",
        "blocks",
        "two sorted halves",
        "one class first",
        "alternating",
        "only the end",
    ],
)
def test_shuffled_sees_an_order(order):
    with fails("^use the shuffle$"):
        checks.shuffled(order, "use the shuffle")


def test_shuffled_looks_at_ranks():
    """One huge value must not hide that all others are in order."""
    with fails("use the shuffle"):
        checks.shuffled([*range(2000), -(10**12)], "use the shuffle")


def test_shuffled_finds_no_order_among_equal_values():
    checks.shuffled([1, 1, 1], "not seen")
    checks.shuffled([1], "not seen")


# call, raises


def fail(error):
    raise error


def test_call_returns_what_the_function_returns():
    assert checks.call(lambda a, b: a + b, 1, 2, says="not seen") == 3


def test_call_says_what_was_raised_and_where():
    with fails(r"^it should work \(it raised KeyError: 'mth', in the line `raise error`\)$"):
        checks.call(fail, KeyError("mth"), says="it should work")
    with fails(r"^it should work \(it raised TypeError: .*takes 1 positional argument but 2 were given\)$"):
        checks.call(lambda a: a, 1, 2, says="it should work")
    with fails(r"^it should work \(its type is ndarray: not a function\)$"):
        checks.call(np.zeros(2), says="it should work")


def test_call_lets_the_stub_speak_for_itself():
    with pytest.raises(NotImplementedError):
        checks.call(fail, NotImplementedError(), says="it should work")


def test_call_lets_a_check_within_the_function_speak_for_itself():
    with fails("^the columns are gone$"):
        checks.call(fail, checks.CheckFailed("the columns are gone"), says="it should work")


def test_raises():
    checks.raises(ValueError, fail, ValueError("lengths"), says="not seen")
    checks.raises(ValueError, fail, UnicodeError("a kind of ValueError"), says="not seen")
    with fails("^lengths must agree$"):
        checks.raises(ValueError, lambda: None, says="lengths must agree")
    with fails(r"^lengths must agree \(it raised AssertionError, in the line `raise error`\)$"):
        checks.raises(ValueError, fail, AssertionError(), says="lengths must agree")
