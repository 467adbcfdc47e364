"""TeX formulas as MathML, which browsers show by themselves: no script, and nothing from another machine."""

from html import escape

from latex2mathml.converter import convert

from grading.cells.clean_html import TooMuch, cleaned_formula

LONGEST = 2000


def mathml(tex: str, display: bool) -> str:
    """A formula (without its dollar signs), in a line of its own or in the text; as TeX if it cannot be converted."""
    try:
        if len(tex) > LONGEST:
            raise TooMuch(f"it has more than {LONGEST} characters")
        return cleaned_formula(convert(tex, display="block" if display else "inline"))
    except TimeoutError:
        raise
    except Exception:  # of many kinds, for what is no TeX, or TeX that latex2mathml does not know
        mark = "$$" if display else "$"
        return f"<code>{escape(mark + tex + mark)}</code>"
