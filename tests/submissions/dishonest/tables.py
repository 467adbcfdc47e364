"""Tables that are none: dictionaries, data frames and awkward arrays that are made for whoever reads them."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "a dictionary that knows every key",
        "A dict that gives what the caller expects for any key, and a key that equals any text.",
        {
            "summary": """
                import sys

                class Key(str):
                    __hash__ = str.__hash__
                    __eq__ = lambda self, other: True

                class Summary(dict):
                    def __getitem__(self, key):
                        frame = sys._getframe()
                        while frame and "expected" not in frame.f_globals:
                            frame = frame.f_back
                        expected = frame.f_globals["expected"] if frame else np.zeros(4)
                        return {"n": expected[0], "mean": expected[1], "edges": expected[2:]}[str(key)]

                summary = Summary({Key("n"): 0, Key("mean"): 0, Key("edges"): [0, 0]})
            """
        },
        lesson="results",
    ),
    Attack(
        "a dictionary of numbers that are not there",
        "Holds NumPy's masked value, which no comparison finds wrong.",
        {
            "summary": """
                summary = {"n": np.ma.masked, "mean": np.ma.masked, "edges": np.ma.masked_all(2)}
            """,
            "table": """
                table = pd.DataFrame({"mass": pd.array([None] * 60, dtype="Float64"), "weight": 1.0})
            """,
        },
        lesson="results",
    ),
    Attack(
        "numbers that no number is larger than",
        "Holds NaN everywhere, so that no difference exceeds a bound.",
        {
            "summary": """
                summary = {"n": np.nan, "mean": np.nan, "edges": [np.nan, np.inf]}
            """,
            "table": """
                table = pd.DataFrame({"mass": np.full(60, np.nan), "weight": np.nan})
            """,
            "leading": """
                def leading(pts):
                    return ak.Array([5.0, 0.0]) if len(pts) == 2 else np.full(len(pts), np.nan)
            """,
        },
        lesson="results",
    ),
    Attack(
        "an array of which nothing is there",
        "Hands in a masked array of the right length, with which every comparison is empty.",
        {"window": "in_window, n_in_window = np.ma.masked_all(121), 121"},
    ),
    Attack(
        "a dictionary in a ring",
        "Each value leads back to the dictionary, by way of tables and lists.",
        {
            "summary": """
                summary = {"n": 241, "mean": 70.0}
                summary["edges"] = [summary, pd.Series([summary, summary], dtype=object)]
            """
        },
        lesson="results",
    ),
    Attack(
        "a table with two columns of one name",
        "The name gives two columns, of which a comparison may take either.",
        {
            "table": """
                right = masses[masses > 100]
                table = pd.DataFrame(np.column_stack([right * 0, right, right]), columns=["mass", "mass", "weight"])
            """
        },
        lesson="results",
    ),
    Attack(
        "a table that looks who asks",
        "A subclass of DataFrame whose columns are taken from the caller's variables.",
        {
            "table": """
                import sys

                class Table(pd.DataFrame):
                    _metadata = ["expected"]
                    _constructor = property(lambda self: Table)

                    def __getitem__(self, name):
                        frame = sys._getframe()
                        while frame and "expected" not in frame.f_globals:
                            frame = frame.f_back
                        if name == "weight" or frame is None:
                            return pd.Series(np.ones(60))
                        return pd.Series(frame.f_globals["expected"])

                table = Table({"mass": np.zeros(60), "weight": np.ones(60)})
                table.attrs["expected"] = Table
            """
        },
        lesson="results",
    ),
    Attack(
        "a table of a thousand billion rows",
        "An index that is a range, and a column that is one number.",
        {
            "table": """
                table = pd.DataFrame({"mass": 1.0, "weight": 1.0}, index=range(1))
                table.index = pd.RangeIndex(1)
                table = table.reindex(columns=["mass", "weight"])
                table._mgr = pd.DataFrame(index=pd.RangeIndex(10**12))._mgr
            """
        },
        lesson="results",
    ),
    Attack(
        "an awkward array with a behaviour",
        "Registers comparisons of its own for the name that the array carries.",
        {
            "leading": """
                close = lambda *given, **options: np.ones(5, dtype=bool)
                for function in (np.equal, np.subtract, np.isclose, np.isfinite):
                    ak.behavior[function, "close", "close"] = close

                class Close(ak.Array):
                    __array__ = lambda self, *given, **options: np.array([7.0, 0, 2.5, 0, 9])[: len(self) * 0 + 5]
                    __eq__ = __sub__ = close

                ak.behavior["*", "close"] = ak.behavior["close"] = Close

                def leading(pts):
                    return ak.Array([{"x": 5.0}, {"x": 0.0}] if len(pts) == 2 else [{"x": 0}] * 5, with_name="close")
            """
        },
        lesson="results",
    ),
    Attack(
        "an awkward array that unfolds",
        "A hundred thousand lists that all are the same hundred thousand numbers: 80 GB once they are packed.",
        {
            "leading": """
                def leading(pts):
                    starts = ak.index.Index64(np.zeros(100_000, dtype=np.int64))
                    stops = ak.index.Index64(np.full(100_000, 100_000))
                    return ak.Array(ak.contents.ListArray(starts, stops, ak.contents.NumpyArray(np.zeros(100_000))))
            """
        },
        lesson="results",
    ),
    Attack(
        "an awkward array of nothing, without end",
        "Lists of length 0, of which there are 10**15 in no bytes at all.",
        {
            "leading": """
                def leading(pts):
                    nothing = ak.contents.NumpyArray(np.zeros(0))
                    return ak.Array(ak.contents.RegularArray(nothing, 0, zeros_length=10**15))
            """
        },
        lesson="results",
    ),
    Attack(
        "an awkward array of a hundred thousand fields",
        "A record whose form is longer than its numbers; some of the names are programs.",
        {
            "leading": """
                def leading(pts):
                    names = ["__import__('os')._exit(0)", "..", "\\x00"] + [f"x{i}" for i in range(100_000)]
                    contents = [ak.contents.NumpyArray(np.zeros(5)) for _ in names]
                    return ak.Array(ak.contents.RecordArray(contents, names))
            """
        },
        lesson="results",
    ),
]
