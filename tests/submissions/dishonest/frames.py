"""Looking at the test while it runs: frames, source lines, history, garbage collector, traces."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "expected values in the caller's frame",
        "The function walks up the stack to the test's variables.",
        {
            "rapidity": """
                import sys

                def pseudorapidity(theta):
                    frame = sys._getframe()
                    while frame:
                        expected = frame.f_globals.get("expected")
                        if np.shape(expected) == np.shape(theta):
                            return expected
                        frame = frame.f_back
                    return np.zeros(len(theta))
            """
        },
    ),
    Attack(
        "expected values overwritten in the caller's frame",
        "The function walks up the stack and replaces what the test expects.",
        {
            "rapidity": """
                import sys

                def pseudorapidity(theta):
                    frame = sys._getframe()
                    while frame:
                        if "angles" in frame.f_globals:
                            frame.f_globals["expected"] = np.zeros(7)
                        frame = frame.f_back
                    return np.zeros(len(theta))
            """
        },
    ),
    Attack(
        "the test's text in In",
        "The function computes the line of the test that makes the expected values, as IPython keeps it.",
        {
            "batches": """
                def batches(n_events, size):
                    if size < 1:
                        raise ValueError
                    if n_events == 4:
                        return [[], []]
                    lines = [line for line in In[-1].splitlines() if line.startswith("expected =")]
                    return eval(lines[0].partition("=")[2])
            """
        },
    ),
    Attack(
        "the test's text in linecache",
        "The function finds the text by the file names that IPython gives to cells.",
        {
            "batches": """
                import linecache

                def batches(n_events, size):
                    if size < 1:
                        raise ValueError
                    if n_events == 4:
                        return [[], []]
                    for _, _, lines, name in [entry for entry in linecache.cache.values() if len(entry) == 4][::-1]:
                        for line in lines:
                            if line.startswith("expected = [[0"):
                                return eval(line.partition("=")[2])
            """
        },
    ),
    Attack(
        "hidden tests of earlier cells in the history",
        "A later cell prints every input so far, for the student to read in the feedback.",
        {
            "scores": """
                print("\\n".join(In))
                get_ipython().run_line_magic("history", "-n")
            """
        },
        reached="hidden test shown",
    ),
    Attack(
        "hidden tests printed by a function",
        "The function prints the source lines of the frames above it into the test's own output.",
        {
            "rapidity": """
                import inspect

                def pseudorapidity(theta):
                    for record in inspect.stack(context=50):
                        print("".join(record.code_context or []))
                    print(In[-1])
                    return 0
            """
        },
    ),
    Attack(
        "expected values among all objects",
        "The function searches the garbage collector's dictionaries for the test's variables.",
        {
            "rapidity": """
                import gc

                def pseudorapidity(theta):
                    for found in gc.get_objects():
                        if type(found) is dict and isinstance(found.get("expected"), np.ndarray):
                            if found["expected"].shape == np.shape(theta):
                                return found["expected"]
                    return np.zeros(len(theta))
            """
        },
    ),
    Attack(
        "a trace that changes the test's variables",
        "sys.settrace follows the check into its comparison and makes both sides the same.",
        {
            "rapidity": """
                import sys
                import threading

                def pseudorapidity(theta):
                    return np.zeros(len(theta))

                def follow(frame, event, argument):
                    if event == "call" and frame.f_code.co_name == "close" and "expected" in frame.f_locals:
                        frame.f_locals["expected"][:] = frame.f_locals["value"]
                    return None

                sys.setprofile(follow)
                threading.setprofile(follow)
            """
        },
    ),
    Attack(
        "an argument of the test kept and changed",
        "The function changes the array that it was given, hoping that the test computes from it afterwards.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    theta[:] = np.pi / 2
                    return np.zeros(len(theta))
            """,
        },
    ),
]
