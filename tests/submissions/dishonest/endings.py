"""Functions, generators and layers that end, or do not end, where a test would not think of it."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "a function that ends the test",
        "Raises what ends a program without an error.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    raise SystemExit(0)
            """,
            "scores": """
                def write_scores(values):
                    raise KeyboardInterrupt
            """,
        },
    ),
    Attack(
        "a function that ends a loop",
        "Raises StopIteration, at which loops of the test end as if they were done.",
        {
            "rapidity": """
                def pseudorapidity(theta):
                    raise StopIteration(np.zeros(len(theta)))
            """,
            "batches": """
                def batches(n_events, size):
                    if n_events == 4:
                        return [[], []]
                    raise StopIteration
            """,
        },
    ),
    Attack(
        "an error in name alone",
        "Raises an error that is called as the one that is asked for, and is another.",
        {
            "batches": """
                Named = type("ValueError", (BaseException,), {"__module__": "builtins"})

                def batches(n_events, size):
                    if size < 1:
                        raise Named("size is not positive")
                    for start in range(0, n_events, size):
                        yield list(range(start, min(start + size, n_events)))
            """
        },
    ),
    Attack(
        "a generator that will not be closed",
        "Yields on when it is told to end, with a batch that never comes.",
        {
            "batches": """
                import time

                def batches(n_events, size):
                    while True:
                        try:
                            yield [0]
                            if n_events > 4:
                                raise IndexError
                        except BaseException:
                            time.sleep(1)
            """
        },
    ),
    Attack(
        "a layer of its own that asks who calls",
        "An own class of layer, under Keras's name, which gives the test's numbers where it finds them.",
        {
            "model": """
                import sys

                @keras.saving.register_keras_serializable("keras.layers", "Dense")
                class Sum(keras.layers.Layer):
                    def call(self, inputs):
                        open("left-by-the-layer", "w").write(str(inputs.shape))
                        frame = sys._getframe()
                        while frame and "expected" not in frame.f_globals:
                            frame = frame.f_back
                        return frame.f_globals["expected"][:, None] if frame else 0 * inputs[:, :1]

                    def get_config(self):
                        return {"name": "sum", "module": "os", "class_name": "system", "registered_name": "eval"}

                model = keras.Sequential([keras.Input((2,)), Sum()])
            """
        },
        lesson="network",
    ),
]
