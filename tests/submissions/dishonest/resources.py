"""Too much of everything: processes, memory, disk, output. Each stops by itself at what does a desktop no harm."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "many processes",
        "Starts 60 processes that sleep for a minute, and goes on.",
        {
            "scores": """
                import os
                import time

                for _ in range(60):
                    if os.fork() == 0:
                        time.sleep(60)
                        os._exit(0)
            """
        },
        alone=True,
    ),
    Attack(
        "processes that start processes",
        "A fork bomb of six generations: 63 processes.",
        {
            "scores": """
                import os
                import time

                kernel = os.getpid()
                for _ in range(6):
                    os.fork()
                if os.getpid() != kernel:
                    time.sleep(60)
                    os._exit(0)
            """
        },
        alone=True,
    ),
    Attack(
        "many threads",
        "Starts 300 threads that sleep for a minute, and goes on.",
        {
            "scores": """
                import threading
                import time

                for _ in range(300):
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            """
        },
        alone=True,
    ),
    Attack(
        "more memory than there is",
        "Asks for 64 GB of address space, of which it touches none.",
        {
            "scores": """
                import mmap

                taken = [mmap.mmap(-1, 2**30) for _ in range(64)]
                print("REACH" + "ED")
            """
        },
        reached="took 64 GB of address space",
    ),
    Attack(
        "memory taken while a test waits",
        "The function that the test calls builds a list of a billion numbers; it stops at 64 GB of untouched memory.",
        {
            "scores": """
                def write_scores(values):
                    taken = [np.empty(2**27) for _ in range(64)]
                    print("REACH" + "ED")
            """
        },
        reached="took 64 GB of address space",
    ),
    Attack(
        "a full disk",
        "Writes 200 MB beside the notebook.",
        {
            "scores": """
                with open("large.bin", "wb") as file:
                    for _ in range(200):
                        file.write(bytes(10**6))
                        file.flush()
            """
        },
        alone=True,
    ),
    Attack(
        "many small files",
        "Writes 20 000 empty files beside the notebook, to the grader's own folder.",
        {
            "scores": """
                import os

                os.makedirs("@course@/autograded/@me@/counting/many", exist_ok=True)
                for number in range(20_000):
                    open(f"@course@/autograded/@me@/counting/many/{number:0100d}", "w").close()
            """
        },
        alone=True,
    ),
    Attack(
        "a flood of text",
        "Prints one line of 20 MB.",
        {"scores": "print('flood' * 4_000_000)"},
    ),
    Attack(
        "a flood of pictures",
        "Displays 20 MB of HTML.",
        {
            "scores": """
                from IPython.display import HTML

                for _ in range(20):
                    display(HTML("<!-- " + "flood " * 170_000 + " -->"))
            """
        },
    ),
    Attack(
        "a flood from the function",
        "The function that the test calls prints 20 MB.",
        {
            "scores": """
                def write_scores(values):
                    print("flood" * 4_000_000)
            """
        },
    ),
    Attack(
        "a flood that names an error",
        "Raises an error whose message is 20 MB long.",
        {
            "scores": """
                def write_scores(values):
                    raise ValueError("flood" * 4_000_000)
            """
        },
    ),
    Attack(
        "an error of 150 MB",
        "Raises an error in a cell that no message can hold.",
        {
            "scores": """
                raise ValueError("x" * 150_000_000)
            """
        },
    ),
    Attack(
        "a flood of messages",
        "Displays a hundred thousand short messages.",
        {
            "scores": """
                for number in range(100_000):
                    display(number)
            """
        },
    ),
]
