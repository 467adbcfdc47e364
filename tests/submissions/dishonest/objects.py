"""Objects that answer for themselves: comparison, conversion and pickling as the student likes."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "a number that equals everything",
        "Returns an own class of number with its own __eq__, and an array of the right length.",
        {
            "window": """
                class Number(int):
                    __eq__ = __gt__ = lambda self, other: True

                class Values(np.ndarray):
                    def __array_function__(self, function, types, given, options):
                        return (121,) if function.__name__ == "shape" else True

                n_in_window, in_window = Number(0), np.zeros(3).view(Values)
            """
        },
    ),
    Attack(
        "an array that computes as it likes",
        "Returns a subclass of ndarray whose every comparison is true.",
        {
            "window": """
                class Close(np.ndarray):
                    def __array_ufunc__(self, ufunc, method, *given, **options):
                        return np.ones(121, dtype=bool)

                    def __array_function__(self, function, types, given, options):
                        return (121,) if function.__name__ == "shape" else np.True_

                in_window, n_in_window = np.zeros(121).view(Close), 121
            """
        },
    ),
    Attack(
        "an array by way of what is expected",
        "__array__ is called by the test's comparison, looks who called, and gives the expected values.",
        {
            "rapidity": """
                import sys

                class Angles:
                    def __array__(self, *given, **options):
                        frame = sys._getframe(1)
                        while frame and "expected" not in frame.f_locals:
                            frame = frame.f_back
                        return np.array(frame.f_locals["expected"], dtype=float) if frame else np.zeros(1)

                Angles.__module__ = "numpy"

                def pseudorapidity(theta):
                    return Angles()
            """
        },
    ),
    Attack(
        "batches of numbers that equal any number",
        "Yields batches of the right lengths that hold numbers of an own class.",
        {
            "batches": """
                class Any(int):
                    __eq__ = lambda self, other: True
                    __add__ = __radd__ = lambda self, other: self

                def batches(n_events, size):
                    if size < 1:
                        raise ValueError
                    for start in range(0, n_events, size):
                        yield [Any()] * min(size, n_events - start)
            """
        },
    ),
    Attack(
        "a pickle that runs code",
        "Returns objects whose __reduce__ asks whoever unpickles them to write into the course.",
        {
            "window": """
                import os

                class Bomb:
                    def __reduce__(self):
                        return os.mkdir, ("@course@/course/made",)

                in_window = np.array([Bomb()] * 121, dtype=object)
                n_in_window = 121
            """,
            "rapidity": """
                def pseudorapidity(theta):
                    return Bomb()
            """,
        },
        alone=True,
    ),
    Attack(
        "an answer that is somebody else when asked",
        "__class__, __len__, __iter__ and __getattr__ pretend to be a list that holds whatever is compared with it.",
        {
            "window": """
                class Somebody:
                    __class__ = np.ndarray
                    shape, ndim, size, dtype = (121,), 1, 121, np.dtype(float)
                    __eq__ = __gt__ = __le__ = __bool__ = lambda self, *other: True
                    __len__ = lambda self: 121
                    __sub__ = __rsub__ = __abs__ = lambda self, *other: np.zeros(121)

                    def __array_function__(self, function, types, given, options):
                        return (121,) if function.__name__ == "shape" else True

                in_window = n_in_window = Somebody()
            """
        },
    ),
]
