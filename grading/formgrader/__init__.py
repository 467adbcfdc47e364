"""nbgrader's formgrader as a Jupyter server extension, with walls between what students handed in and the instructor.

`make environment` puts nbgrader_guarded.json into the environment, which has it loaded in place of nbgrader's own.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "grading.formgrader"}]


def _load_jupyter_server_extension(server: Any) -> None:
    try:
        from grading.formgrader.extension import load
    except ModuleNotFoundError as missing:
        server.log.info("There is no formgrader in a student's environment: %s", missing)
    else:
        load(server)
