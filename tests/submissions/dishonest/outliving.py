"""Processes that are meant to live on when grading is over."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "a detached process",
        "Starts a process in a session of its own, which the kernel's end does not reach.",
        {
            "scores": """
                import subprocess

                subprocess.Popen(["sleep", "60"], start_new_session=True)
            """
        },
        alone=True,
    ),
    Attack(
        "a daemon",
        "Forks twice and leaves session, terminal and parents, with every answer right.",
        {
            "scores": """
                import os
                import time

                def write_scores(values):
                    np.save("scores.npy", values)

                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        os.closerange(0, 1000)
                        time.sleep(60)
                    os._exit(0)
            """
        },
        earned=frozenset({"scores"}),
        alone=True,
    ),
    Attack(
        "a process that waits for its grade",
        "A detached process writes full marks into the gradebook once the grade is there.",
        {
            "window": """
                import subprocess
                import sys
                import textwrap

                in_window, n_in_window = [], 1
                program = '''
                import sqlite3, time
                until = time.time() + 60
                change = "update grade set manual_score = 2 where auto_score = 0"
                while time.time() < until:
                    try:
                        gradebook = sqlite3.connect("file:@course@/gradebook.db?mode=rw", uri=True)
                        changed = gradebook.execute(change).rowcount
                        gradebook.commit()
                        if changed:
                            break
                    except sqlite3.Error:
                        pass
                    time.sleep(0.05)
                '''
                subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], start_new_session=True)
            """
        },
        alone=True,
    ),
    Attack(
        "an end that is put off",
        "A thread and an exit handler that do not end keep the kernel's process alive.",
        {
            "scores": """
                import atexit
                import signal
                import threading
                import time

                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                atexit.register(time.sleep, 60)
                threading.Thread(target=time.sleep, args=(60,)).start()
            """
        },
        alone=True,
    ),
]
