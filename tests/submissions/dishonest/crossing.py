"""Malicious values: what the tests ask for is made to harm whoever receives it."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "an array larger than any memory",
        "A view of one number that claims to be a thousand petabytes.",
        {"window": "n_in_window = 121\nin_window = np.broadcast_to(60.0, (10**9, 10**8))"},
        alone=True,
    ),
    Attack(
        "an array of objects",
        "Holds what only unpickling could restore.",
        {"window": "n_in_window = 121\nin_window = np.array([60.0] * 120 + [open], dtype=object)"},
    ),
    Attack(
        "a list that holds itself",
        "Has no end when it is followed.",
        {"window": "n_in_window = 121\nin_window = [60.0]\nin_window.append(in_window)"},
    ),
    Attack(
        "lists 100 000 deep",
        "Exhausts the stack of whoever follows them.",
        {
            "window": """
                n_in_window, in_window = 121, []
                for _ in range(100_000):
                    in_window = [in_window]
            """
        },
        alone=True,
    ),
    Attack(
        "a sequence without end",
        "A class whose instances have 2**62 items.",
        {
            "window": """
                class Endless:
                    def __len__(self):
                        return 2**62

                    def __getitem__(self, index):
                        return 60.0

                n_in_window, in_window = 121, Endless()
            """
        },
        alone=True,
    ),
    Attack(
        "a number of a million digits",
        "Takes minutes to print and cannot be a float.",
        {"window": "in_window = masses[100:221]\nn_in_window = 10**1_000_000"},
    ),
    Attack(
        "a text of 300 MB",
        "Is given for a number.",
        {"window": "in_window = masses[100:221]\nn_in_window = '1' * 300_000_000"},
        alone=True,
    ),
    Attack(
        "half a character",
        "A text that is no text in any encoding.",
        {"window": "in_window = masses[100:221]\nn_in_window = '\\ud800'"},
    ),
    Attack(
        "an array that lies about its memory",
        "Offers an address in the memory of whoever reads it.",
        {
            "rapidity": """
                class Liar:
                    __array_interface__ = {"shape": (7,), "typestr": "<f8", "data": (8, False), "version": 3}

                def pseudorapidity(theta):
                    return Liar()
            """
        },
    ),
    Attack(
        "an error whose words run code",
        "Raises an error whose __str__ never returns.",
        {
            "scores": """
                class Slow(ValueError):
                    def __str__(self):
                        while True:
                            pass

                def write_scores(values):
                    raise Slow
            """
        },
        alone=True,
    ),
    Attack(
        "a file that runs code",
        "Writes a pickle under the name of an array.",
        {
            "scores": """
                import os
                import pickle

                class Bomb:
                    def __reduce__(self):
                        return os.mkdir, ("@course@/course/made",)

                def write_scores(values):
                    with open("scores.npy", "wb") as file:
                        pickle.dump(Bomb(), file)
            """
        },
        alone=True,
    ),
    Attack(
        "an array file with a false header",
        "Promises more numbers than there are, in a header that is a program.",
        {
            "scores": """
                import struct

                def write_scores(values):
                    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (10**15, __import__('os'))}"
                    with open("scores.npy", "wb") as file:
                        file.write(b"\\x93NUMPY\\x01\\x00" + struct.pack("<H", len(header)) + header.encode())
            """
        },
    ),
    Attack(
        "a file that is a link",
        "Writes a link to the gradebook under the name of the file.",
        {
            "scores": """
                import os

                def write_scores(values):
                    os.symlink("@course@/gradebook.db", "scores.npy")
            """
        },
        alone=True,
    ),
    Attack(
        "a link that is written through",
        "Puts links to the course's files where the test writes and the grader copies.",
        {
            "scores": """
                import os

                def write_scores(values):
                    for name in ("scores.npy", "..npy", "nbgrader_config.py"):
                        os.symlink("@course@/nbgrader_config.py", name)
                    np.save("scores.npy", values)
            """
        },
        alone=True,
    ),
    Attack(
        "files above the folder",
        "Writes files under names that climb out of the folder.",
        {
            "scores": """
                import os

                def write_scores(values):
                    np.save("scores.npy", values * 0)
                    for depth in range(1, 9):
                        try:
                            with open("../" * depth + "@course@/course/counting/counting.ipynb", "w") as file:
                                file.write("{}")
                        except OSError:
                            pass
            """
        },
        alone=True,
    ),
    Attack(
        "a file of 200 MB",
        "Writes more than a test should read back.",
        {
            "scores": """
                def write_scores(values):
                    np.save("scores.npy", np.zeros(25_000_000))
            """
        },
    ),
    Attack(
        "a thousand questions",
        "Yields batches that are functions, generators and classes instead of numbers.",
        {
            "batches": """
                def batches(n_events, size):
                    if size < 1:
                        raise ValueError
                    yield lambda: batches
                    yield (batch for batch in batches(n_events, size))
                    yield type
            """
        },
    ),
]
