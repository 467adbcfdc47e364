"""Tables say what they are given, whole."""

from grading.authoring.text_table import text_table


def test_columns_are_aligned_and_nothing_is_cut_off():
    long = "x" * 300
    assert text_table(
        ("name", "points", ""), [("a", "1", long), ("bob", "12.5", "")], numbers=("points",)
    ) == "\n".join(["name  points", f"a          1  {long}", "bob     12.5"])


def test_cells_are_not_read_as_markup():
    assert "[red]x[/red] :smile:" in text_table(("[b]",), [("[red]x[/red] :smile:",)])
    assert text_table(("[b]",), []) == "[b]"
