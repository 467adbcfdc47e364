"""Code that does not end, or does not let itself be ended."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "a cell that never ends",
        "Loops for ever.",
        {"scores": "while True:\n    pass"},
    ),
    Attack(
        "a cell that swallows interrupts",
        "Loops for ever and catches everything.",
        {
            "scores": """
                import time

                while True:
                    try:
                        time.sleep(60)
                    except BaseException:
                        pass
            """
        },
        alone=True,
    ),
    Attack(
        "a function that swallows interrupts",
        "The function that the test calls loops for ever and catches everything.",
        {
            "scores": """
                import time

                def write_scores(values):
                    while True:
                        try:
                            time.sleep(60)
                        except BaseException:
                            pass
            """
        },
        alone=True,
    ),
    Attack(
        "interrupts and endings ignored",
        "Ignores the signals with which a kernel is stopped, and waits.",
        {
            "scores": """
                import signal
                import time

                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                time.sleep(60)
            """
        },
        alone=True,
    ),
    Attack(
        "one long instruction",
        "Computes a number of millions of digits: Python looks at no signal before it is there.",
        {"scores": "print(len(str(bool(7 ** (2 * 10**7)))))"},
        alone=True,
    ),
    Attack(
        "batches without end",
        "The generator yields for ever.",
        {
            "batches": """
                import itertools
                import time

                def batches(n_events, size):
                    for start in itertools.count():
                        time.sleep(1e-4)
                        yield [start]
            """
        },
        risked=frozenset({"scores"}),
        alone=True,
    ),
    Attack(
        "a batch without end",
        "The first batch is an iterator that never stops.",
        {
            "batches": """
                import time

                def batches(n_events, size):
                    def events():
                        while True:
                            time.sleep(1e-4)
                            yield 0
                    yield events()
                    yield events()
            """
        },
        risked=frozenset({"scores"}),
        alone=True,
    ),
]
