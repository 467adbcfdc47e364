"""A flow chart that Mermaid's language describes, as a drawing that needs no script.

It reads what the start page uses: chains ``one[Label<br>second line] --> two``, and a ``subgraph`` around some of them.
"""

import re
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

FENCE = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
NODE = re.compile(r"\s*(\w+)(?:\[([^\]]*)\])?\s*")
GROUP = re.compile(r"subgraph \w+ \[([^\]]*)\]")
WIDTH, HEIGHT, GAP, EDGE = 138, 46, 26, 30


@dataclass
class Chart:
    """labels: lines of each node. arrows: from, to. groups: the label of each, and its nodes."""

    labels: dict[str, list[str]] = field(default_factory=dict)
    arrows: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[str, list[str]]] = field(default_factory=list)


def read(text: str) -> Chart:
    """The chart that a Mermaid block describes. Raises ValueError for what it does not know."""
    chart = Chart()
    group: tuple[str, list[str]] | None = None
    for line in map(str.strip, text.strip().splitlines()[1:]):
        if found := GROUP.match(line):
            group = found[1], []
            chart.groups.append(group)
        elif line == "end":
            group = None
        else:
            chain = []
            for part in line.split("-->"):
                node = NODE.fullmatch(part)
                if not node:
                    raise ValueError(f"no node of a chart: {part.strip()!r}")
                name, label = node.groups()
                chain.append(name)
                if label:
                    chart.labels[name] = label.split("<br>")
                    if group:
                        group[1].append(name)
            chart.arrows += pairwise(chain)
    return chart


def places(chart: Chart) -> dict[str, tuple[int, int]]:
    """Column and row of each node: right of all that it comes after, in the row of the first of them or a free one."""
    columns: dict[str, int] = {}
    rows: dict[str, int] = {}
    taken: dict[int, int] = {}
    for name in chart.labels:
        before = [start for start, end in chart.arrows if end == name]
        columns[name] = 1 + max((columns[start] for start in before), default=-1)
        row = rows[before[0]] if before else 0
        while taken.get(row, -1) >= columns[name]:
            row += 1
        rows[name] = row
        taken[row] = columns[name]
    return {name: (columns[name], rows[name]) for name in chart.labels}


def svg(text: str, description: str) -> str:
    """The chart as SVG in the colours of the text around it. description: what it shows, in words."""
    chart = read(text)
    corner = {
        name: (EDGE + column * (WIDTH + GAP), EDGE + row * (HEIGHT + GAP))
        for name, (column, row) in places(chart).items()
    }
    right, bottom = (max(value[i] for value in corner.values()) + size for i, size in ((0, WIDTH), (1, HEIGHT)))
    parts = [
        f'<svg class="flow-chart" role="img" viewBox="0 0 {right + EDGE} {bottom + EDGE}"'
        f' aria-label="{escape(description)}" xmlns="http://www.w3.org/2000/svg">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>',
    ]
    for label, names in chart.groups:
        xs, ys = zip(*(corner[name] for name in names), strict=True)
        left, top, wide, high = min(xs) - 10, min(ys) - 24, max(xs) - min(xs) + WIDTH + 20, max(ys) - min(ys) + HEIGHT
        parts.append(f'<rect class="group" x="{left}" y="{top}" width="{wide}" height="{high + 34}" rx="6"/>')
        parts.append(f'<text class="group" x="{left + 10}" y="{top + 16}">{escape(label)}</text>')
    for start, end in chart.arrows:
        (x1, y1), (x2, y2) = corner[start], corner[end]
        path = f"M{x1 + WIDTH} {y1 + HEIGHT / 2:g} C{x2 - GAP / 2:g} {y1 + HEIGHT / 2:g} "
        path += f"{x1 + WIDTH + GAP / 2:g} {y2 + HEIGHT / 2:g} {x2} {y2 + HEIGHT / 2:g}"
        parts.append(f'<path d="{path}" fill="none" stroke="currentColor" marker-end="url(#tip)"/>')
    for name, (x, y) in corner.items():
        parts.append(f'<rect class="node" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>')
        lines = chart.labels[name]
        first = y + HEIGHT / 2 + 4.5 - 8 * (len(lines) - 1)
        parts += [
            f'<text x="{x + WIDTH / 2:g}" y="{first + 16 * i:g}" text-anchor="middle">{escape(line)}</text>'
            for i, line in enumerate(lines)
        ]
    return "".join([*parts, "</svg>"])


def drawn(page: str, description: str) -> str:
    """A page in Markdown with its Mermaid block as a drawing."""

    def block(found: re.Match[str]) -> str:
        return f'```{{raw}} html\n<div class="wide" tabindex="0">{svg(found[1], description)}</div>\n```'

    return FENCE.sub(block, page)
