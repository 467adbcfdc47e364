"""Cells that try to run a script where they are shown; each says in the page's ``data-reached`` that it did."""

import base64

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def reach(name: str) -> str:
    """JavaScript without quotation marks that leaves a mark in the page, or in the page around it."""
    note = f"/ {name}/.source"
    return f"for(w of [window].concat(parent))w.document.documentElement.dataset.reached+={note}"


def tag(name: str) -> str:
    """HTML that runs a script as soon as it is there."""
    return f"<img src=nothing:x onerror='{reach(name)}'>"


def markdown(name: str) -> dict[str, NotebookNode]:
    texts = {
        "script": f"<script>{reach('{}')}</script>",
        "handler": f"<img src=nothing:x onerror='{reach('{}')}'>",
        "svg": f"<svg onload='{reach('{}')}'></svg>",
        "frame": f'<iframe srcdoc="<script>{reach("{}")}</script>"></iframe>',
        "details": f"<details open ontoggle='{reach('{}')}'>x</details>",
        "nested": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=nothing:x onerror="
        + f"{reach('{}').replace(' ', '&#32;')}&gt;'>",
        "formula": f"$\\text{{<img src=nothing:x onerror='{reach('{}')}'>}}$",
        "heading": f"# a <img src=nothing:x onerror='{reach('{}')}'>",
        "code language": f"```\"><img/src=nothing:x/onerror='{reach('{}')}'>\nx\n```",
        "diagram": f"```mermaid\n</pre><img src=nothing:x onerror='{reach('{}')}'>\n```",
    }
    return {
        f"{name} {kind}": new_markdown_cell(text.replace("{}", f"{name} {kind}".replace(" ", "_")))
        for kind, text in texts.items()
    }


def outputs() -> dict[str, NotebookNode]:
    """Code cells with an output each."""

    def shows(data: dict, **metadata: object) -> NotebookNode:
        return new_output("display_data", data=data, metadata=metadata)

    widget = {"model_id": "x", "version_major": 2, "version_minor": 0}
    found = {
        "html": shows({"text/html": f"<script>{reach('html')}</script>"}),
        "html_handler": shows({"text/html": tag("html_handler")}),
        "isolated": shows({"text/html": tag("isolated")}, **{"text/html": {"isolated": True}}),
        "javascript": shows({"application/javascript": reach("javascript")}),
        "svg": shows({"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{reach('svg')}'/>"}),
        "markdown": shows({"text/markdown": tag("markdown")}),
        "latex": shows({"text/latex": f"$${tag('latex')}$$"}),
        "png": shows({"image/png": f'"onerror="{reach("png")}'}),
        "png_width": shows(
            {"image/png": PNG}, **{"image/png": {"width": f"1 onload={reach('png_width').replace(' ', '&#32;')}"}}
        ),
        "png_alt": shows({"image/png": PNG}, **{"image/png": {"alt": f'"onload="{reach("png_alt")}'}}),
        "widget": shows({"application/vnd.jupyter.widget-view+json": widget | {"x": f"</script>{tag('widget')}"}}),
        "mermaid": shows({"text/vnd.mermaid": f"</pre>{tag('mermaid')}"}),
        "stream": new_output("stream", name="stdout", text=f"\x1b[31m{tag('stream')}\x1b[0m"),
        "error": new_output(
            "error", ename=tag("ename"), evalue=tag("evalue"), traceback=[f"\x1b[3;1m{tag('traceback')}"]
        ),
    }
    return {name: new_code_cell("pass", outputs=[output]) for name, output in found.items()}


def cells() -> list[NotebookNode]:
    """All of them."""
    attached = new_markdown_cell("![x](attachment:a.png)")
    attached["attachments"] = {"a.png": {"image/png": f'"onerror="{reach("attachment")}'}}
    prefixed = new_markdown_cell(f"[x](files/javascript:{reach('prefix').replace(' ', '%20')})")
    return [*(markdown("markdown") | outputs()).values(), attached, prefixed]


def forged() -> list[NotebookNode]:
    """Cells that nbformat reads, and says that they are not valid."""
    counted = new_code_cell("pass", execution_count=1)
    counted["execution_count"] = tag("count")
    tagged = new_code_cell("pass", metadata={"tags": [f'">{tag("tag")}'], "magics_language": f'">{tag("language")}'})
    tagged["id"] = f'">{tag("id")}'
    marks = {"grade_id": "mine", "solution": True, "grade": False, "marking_scheme": "Full points for anything."}
    return [counted, tagged, new_markdown_cell("my own scheme", metadata={"nbgrader": marks})]


EVIL_FILE = f"<script>{reach('file')}</script>"
FIGURE = f"data:image/png;base64,{PNG}"
assert base64.b64decode(PNG)
MALLORY = "mallory<img src=x onerror=document.documentElement.dataset.reached=1>"
REACHED = "(document.documentElement.dataset.reached || '').replace('undefined', '').trim()"


def honest() -> list[NotebookNode]:
    """What must still show: formulas, tables, figures, a hint, code."""
    return [
        new_markdown_cell(
            "## A formula $E = mc^2$\n\n$$\\frac{a<b}{c}$$\n\n| cut | events |\n|---|---|\n| loose | 12 |\n\n"
            f"![a figure]({FIGURE})\n\n<details><summary>A hint</summary>look up</details>\n\n```python\nx = 1\n```"
        ),
        new_code_cell(
            "plot()",
            outputs=[
                new_output(
                    "display_data",
                    data={"image/png": PNG, "text/plain": "<Figure>"},
                    metadata={"image/png": {"alt": "a drawn <peak>"}},
                ),
                new_output(
                    "display_data", data={"text/html": "<table class='dataframe'><tr><td>125</td></tr></table>"}
                ),
            ],
        ),
    ]
