"""Files that functions leave for a test to read: modules, pipes, links, JSON and HDF5 that are more than they seem."""

from dishonest.attack import Attack

ATTACKS = [
    Attack(
        "modules left where the test works",
        "Leaves modules, and a configuration that names one, in the folder in which the test then imports.",
        {
            "result": """
                def write_result(folder):
                    code = 'import json\\njson.loads = lambda text: {"seed": 3, "losses": [0.5, 0.25]}\\n'
                    code += 'print("REACH" + "ED")'
                    for name in ("graphlib", "modulefinder", "helpers", "numpy", "scipy", "sitecustomize", "left"):
                        Path(folder, f"{name}.py").write_text(code)
                    Path(folder, "matplotlibrc").write_text("backend: module://left")
                    Path(folder, "result.json").write_text("{}")
            """
        },
        reached="ran in the examiner",
        lesson="results",
    ),
    Attack(
        "a result that is a pipe",
        "Makes a pipe under the name of the file: whoever reads it waits for ever.",
        {
            "result": """
                import os

                def write_result(folder):
                    os.mkfifo(f"{folder}/result.json")
            """
        },
        lesson="results",
    ),
    Attack(
        "a folder that is a link",
        "Puts a link to the course in the place of the folder that it was given.",
        {
            "result": """
                import os
                import shutil

                def write_result(folder):
                    shutil.rmtree(folder)
                    os.symlink("@course@", folder)
            """,
            "store": """
                def store(path, values):
                    os.symlink("@course@/gradebook.db", path)
            """,
        },
        lesson="results",
        alone=True,
    ),
    Attack(
        "brackets without end",
        "A file of JSON that is a list in a list, a million deep.",
        {
            "result": """
                def write_result(folder):
                    Path(folder, "result.json").write_text("[" * 1_000_000 + "]" * 1_000_000)
            """
        },
        lesson="results",
    ),
    Attack(
        "JSON that is none",
        "Numbers that are not numbers, one with a million digits, and each key several times.",
        {
            "result": """
                def write_result(folder):
                    text = '{"seed": 3, "losses": [0.5, 0.25], "losses": [NaN, Infinity, 1e999, %s], "seed": -0}'
                    Path(folder, "result.json").write_text(text % ("9" * 1_000_000))
            """
        },
        lesson="results",
    ),
    Attack(
        "a file that is a hole",
        "A terabyte that takes no place on the disk until it is copied.",
        {
            "result": """
                def write_result(folder):
                    with open(f"{folder}/result.json", "wb") as file:
                        file.truncate(10**12)
            """
        },
        lesson="results",
    ),
    Attack(
        "a dataset that is another file",
        "HDF5 reads the numbers from other files: the gradebook, by external storage, and by a link.",
        {
            "store": """
                def store(path, values):
                    with h5py.File(path, "w") as file:
                        outside = [("@course@/gradebook.db", 0, 56)]
                        file.create_dataset("others", shape=(7,), dtype="f8", external=outside)
                        file["values"] = h5py.ExternalLink("@course@/submitted/@neighbour@/results/store.h5", "values")
                        del file["values"]
                        file["values"] = h5py.SoftLink("/others")
            """
        },
        lesson="results",
    ),
    Attack(
        "a dataset that unfolds",
        "80 GB of the same number, in a file of a few kilobytes.",
        {
            "store": """
                def store(path, values):
                    with h5py.File(path, "w") as file:
                        options = {"chunks": (10**6,), "compression": "gzip", "fillvalue": 0.5}
                        file.create_dataset("values", shape=(10**10,), dtype="f8", **options)
            """
        },
        lesson="results",
    ),
    Attack(
        "a dataset that is made of itself",
        "A virtual dataset whose numbers are those of the virtual dataset.",
        {
            "store": """
                def store(path, values):
                    layout = h5py.VirtualLayout(shape=(7,), dtype="f8")
                    layout[:] = h5py.VirtualSource(".", "values", shape=(7,))
                    with h5py.File(path, "w") as file:
                        file.create_virtual_dataset("values", layout)
            """
        },
        lesson="results",
    ),
]
