"""Tables of comma-separated values that have no line of names: the columns are those of the data set's manifest."""

from typing import TYPE_CHECKING

from helpers.data_files import DataError, columns, path

if TYPE_CHECKING:
    import pandas as pd

ENDING = ".csv.gz"


def load_table(name: str) -> "pd.DataFrame":
    """A verified table such as ``"stop_search/train_sig.csv.gz"``, with an event in a row.

    The columns are named as in the manifest of the data set; ``columns`` has their units. Whole numbers are int64,
    other numbers float64, names str.
    Raises DataError, with the way out, as ``path`` does, and if the file is no table.
    """
    import pandas as pd  # here, because pandas takes half a second

    file = path(name)
    if not file.name.endswith(ENDING):
        raise DataError(f"{file} is no table: load_table opens files whose names end with {ENDING}")
    return pd.read_csv(file, header=None, names=list(columns(name.partition("/")[0])))
