"""The solution of Exercise 6 leaves nothing out in silence that is not of the format that it copies."""

import ast

import numpy as np
import pytest
import uproot

from helpers.repository import ROOT


@pytest.fixture(scope="module")
def randomize():
    """The solution's function, with the functions before it and none of the cells that run."""
    source = (ROOT / "solutions" / "ex6_out_of_core" / "randomize.py").read_text()
    kept = [part for part in ast.parse(source).body if isinstance(part, ast.Import | ast.ImportFrom | ast.FunctionDef)]
    names: dict = {"np": np}
    exec(compile(ast.Module(kept, []), "randomize.py", "exec"), names)
    return names["randomize"]


@pytest.mark.parametrize("beside", [False, True])
def test_an_rntuple_is_refused_by_name(randomize, tmp_path, beside):
    with uproot.recreate(tmp_path / "in.root") as file:
        if beside:
            file.mktree("tree", {"x": "float64"}).extend({"x": np.arange(5.0)})
        file["Muons"] = {"x": np.arange(5.0)}
    with pytest.raises(TypeError, match=r"in\.root: Muons: an RNTuple is no TTree"):
        randomize(tmp_path / "in.root", tmp_path / "out.root", 50_000, np.random.default_rng(1))


def test_a_tree_is_copied(randomize, tmp_path):
    with uproot.recreate(tmp_path / "in.root") as file:
        file.mktree("tree", {"x": "float64"}).extend({"x": np.arange(500.0)})
    randomize(tmp_path / "in.root", tmp_path / "out.root", 50_000, np.random.default_rng(1))
    with uproot.open(tmp_path / "out.root") as file:
        assert sorted(file["tree/x"].array(library="np")) == list(range(500))
