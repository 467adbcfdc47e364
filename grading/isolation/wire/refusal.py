"""The one error of everything that reads data of a process that is not trusted."""


class Refused(ValueError):
    """Why a value cannot cross, as the end of a sentence that begins with the value's name and "cannot be checked:"."""
