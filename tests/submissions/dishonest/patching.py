"""Patching what the tests use: numpy, builtins, pytest, the course's own checks."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "np.allclose is always true",
        "Replaces the comparison that the test makes.",
        {
            "window": """
                in_window, n_in_window = np.zeros(121), 121
                np.allclose = lambda *given, **options: True
            """
        },
    ),
    Attack(
        "np.abs gives zero",
        "Replaces the function with which the test measures a difference.",
        {
            "scores": """
                def write_scores(values):
                    np.save("scores.npy", np.zeros(5))

                np.abs = lambda values: np.zeros(1)
            """
        },
    ),
    Attack(
        "np.load gives the right file",
        "Replaces the function that reads the file back.",
        {
            "scores": """
                def write_scores(values):
                    np.load = lambda *given, **options: values
            """
        },
    ),
    Attack(
        "checks do nothing",
        "Replaces functions of the course's own module of checks.",
        {
            "rapidity": """
                from helpers import checks

                def pseudorapidity(theta):
                    return 0

                checks.close = checks.call = lambda *given, **options: None
            """
        },
    ),
    Attack(
        "checks keep their name but not their code",
        "Replaces the code inside a check, so that the module looks untouched.",
        {
            "rapidity": """
                from helpers import checks

                def pseudorapidity(theta):
                    return 0

                checks.close.__code__ = (lambda value, expected, message, rtol=0, atol=0: None).__code__
            """
        },
    ),
    Attack(
        "another module under the name of the checks",
        "Puts a stand-in that agrees to everything into sys.modules.",
        {
            "rapidity": """
                import sys
                from unittest.mock import MagicMock

                import helpers

                def pseudorapidity(theta):
                    return 0

                sys.modules["helpers.checks"] = helpers.checks = MagicMock()
            """
        },
    ),
    Attack(
        "import gives a stand-in",
        "Replaces the builtin behind the import statement.",
        {
            "rapidity": """
                import builtins
                from unittest.mock import MagicMock

                def pseudorapidity(theta):
                    return 0

                real_import = builtins.__import__

                def stand_in(name, *given, **options):
                    return MagicMock() if name == "helpers" else real_import(name, *given, **options)

                builtins.__import__ = stand_in
            """
        },
    ),
    Attack(
        "list is sorted",
        "Gives the name of a builtin that the test calls to a function that puts events in their order.",
        {
            "batches": """
                def batches(n_events, size):
                    if size < 1:
                        raise ValueError
                    for start in range(0, n_events, size):
                        yield range(start, min(start + size, n_events))[::-1]

                list = sorted
            """
        },
    ),
    Attack(
        "pytest.raises suppresses",
        "Replaces the context that waits for an error by one that needs none.",
        {
            "batches": """
                import contextlib

                import pytest

                def batches(n_events, size):
                    for start in range(0, n_events, size or n_events):
                        yield list(range(start, min(start + size, n_events)))

                pytest.raises = contextlib.suppress
            """
        },
    ),
    Attack(
        "an import hook makes its own pytest",
        "Puts a finder before the others.",
        {
            "batches": """
                import contextlib
                import importlib.abc
                import importlib.machinery
                import sys

                def batches(n_events, size):
                    for start in range(0, n_events, size or n_events):
                        yield list(range(start, min(start + size, n_events)))

                class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
                    def find_spec(self, name, path, target=None):
                        return importlib.machinery.ModuleSpec(name, self) if name == "pytest" else None

                    def exec_module(self, module):
                        module.raises, module.approx = contextlib.suppress, lambda value: value

                sys.modules.pop("pytest", None)
                sys.meta_path.insert(0, Finder())
            """
        },
    ),
]
