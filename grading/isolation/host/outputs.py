"""Outputs as nbformat wants them, of bounded size, made from what a kernel sent."""

import json
from typing import Any

from nbformat import NotebookNode

MAX_LINES_OF_TRACEBACK = 200


def size(content: Any) -> int:
    """Characters of what a message holds, roughly."""
    if isinstance(content, dict):
        return sum(size(key) + size(value) for key, value in content.items())
    if isinstance(content, list):
        return sum(map(size, content))
    return len(content) if isinstance(content, str | bytes) else 8


def sound(outputs: list[Any]) -> tuple[list[NotebookNode], int]:
    """The outputs that are what they should be, each made anew, and how many were not."""
    made = [_sound(output) for output in outputs]
    return [output for output in made if output is not None], made.count(None)


def _sound(output: Any) -> NotebookNode | None:
    try:
        return NotebookNode(_PARTS[output["output_type"]](output))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _stream(output: dict) -> dict:
    if output["name"] not in ("stdout", "stderr"):
        raise ValueError
    return {"output_type": "stream", "name": output["name"], "text": _text(output["text"])}


def _error(output: dict) -> dict:
    lines = [_text(line) for line in output["traceback"]][:MAX_LINES_OF_TRACEBACK]
    return {
        "output_type": "error",
        "ename": _text(output["ename"]),
        "evalue": _text(output["evalue"]),
        "traceback": lines,
    }


def _display(output: dict) -> dict:
    data = {
        _text(kind): content if isinstance(content, str) else _plain(content)
        for kind, content in output["data"].items()
    }
    return {"output_type": "display_data", "data": NotebookNode(data), "metadata": NotebookNode()}


def _result(output: dict) -> dict:
    count = output.get("execution_count")
    if count is not None and type(count) is not int:
        raise ValueError
    if "text/plain" in output["data"]:
        _text(output["data"]["text/plain"])
    return {**_display(output), "output_type": "execute_result", "execution_count": count}


def _plain(content: Any) -> Any:
    return json.loads(json.dumps(content, allow_nan=False))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.encode(errors="replace").decode()


_PARTS = {"stream": _stream, "error": _error, "display_data": _display, "execute_result": _result}


def error(name: str, words: str) -> NotebookNode:
    """An error output that shows as one sentence."""
    return NotebookNode(output_type="error", ename=name, evalue=words, traceback=[f"{name}: {words}"])
