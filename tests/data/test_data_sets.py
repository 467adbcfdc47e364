"""Every data set that there is: its files, manifest and datasheet, and that they come from the code."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

from data.generation import dataset, index, manifest
from data.generation.production import MASTER_SEED
from helpers.files import sha256
from helpers.repository import ROOT

FOLDERS = sorted(path.parent.name for path in (ROOT / "data").glob("*/manifest.json"))
GENERATED = dataset.names()
OF_PYTHIA = [name for name in GENERATED if find_spec(f"data.generation.{name}.processes")]


def files_in(folder):
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_each_generated_set_has_a_folder_and_each_package_a_set_of_its_name():
    assert set(GENERATED) <= set(FOLDERS)
    assert [dataset.load(name).name for name in GENERATED] == GENERATED


@pytest.mark.parametrize("name", FOLDERS)
def test_checksums_and_sizes(name, data_folder, manifest_of):
    for file, entry in manifest_of(name)["files"].items():
        path = data_folder / name / file
        assert (sha256(path), path.stat().st_size) == (entry["sha256"], entry["bytes"]), file


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_holds_its_files_manifest_and_datasheet_and_nothing_else(name, data_folder, manifest_of):
    assert files_in(data_folder / name) == {*manifest_of(name)["files"], "manifest.json", "datasheet.md"}


@pytest.mark.parametrize("name", GENERATED)
def test_the_manifest_has_the_files_and_columns_of_the_code(name, manifest_of):
    assert tuple(manifest_of(name)["files"]) == dataset.load(name).files
    assert manifest_of(name)["columns"] == dataset.load(name).described_columns()
    assert manifest_of(name)["licence"]


@pytest.mark.parametrize("name", GENERATED)
def test_all_files_together_are_small(name, data_folder):
    data_set = dataset.load(name)
    assert sum((data_folder / name / file).stat().st_size for file in data_set.files) < data_set.largest_bytes


@pytest.mark.parametrize("name", GENERATED)
def test_the_datasheet_states_size_and_checksum_of_each_file(name, data_folder, manifest_of):
    datasheet = (data_folder / name / "datasheet.md").read_text("utf-8")
    for file, entry in manifest_of(name)["files"].items():
        (row,) = [
            line for line in datasheet.splitlines() if line.startswith(f"| `{file}` |") and entry["sha256"] in line
        ]
        assert f"| {entry['bytes']} | `{entry['sha256']}` |" in row


@pytest.mark.parametrize("name", GENERATED)
def test_the_datasheet_lists_every_column_with_its_type_and_unit(name, data_folder, manifest_of):
    rows = (data_folder / name / "datasheet.md").read_text("utf-8").splitlines()
    for column, about in manifest_of(name)["columns"].items():
        beginning, end = f"| `{column}` | {about['dtype']} |", f" {about['unit'] or '–'} | {about['description']} |"
        assert any(row.startswith(beginning) and row.endswith(end) for row in rows), column


@pytest.mark.parametrize("name", OF_PYTHIA)
def test_the_manifest_has_the_settings_of_the_code(name, manifest_of):
    processes = importlib.import_module(f"data.generation.{name}.processes").PROCESSES
    simulated = simulated_samples(manifest_of(name))
    assert list(simulated) == list(processes)
    for sample, about in simulated.items():
        process = processes[sample]
        assert about["pythia_settings"] == process.pythia_settings
        assert about.get("cross_section_source") == getattr(process, "cross_section_source", None)
        seeds = about.get("seeds", about)
        assert seeds["tries_per_chunk"] == process.tries_per_chunk
        assert seeds["master_seed"] == MASTER_SEED
        if "chunks" in seeds:
            assert about["n_generated"] == seeds["chunks"] * process.tries_per_chunk


@pytest.mark.parametrize("name", OF_PYTHIA)
def test_the_datasheet_states_the_settings_of_the_manifest(name, data_folder, manifest_of):
    datasheet = " ".join((data_folder / name / "datasheet.md").read_text("utf-8").split())
    for about in simulated_samples(manifest_of(name)).values():
        assert about.get("cross_section_source", "") in datasheet
        for setting in about["pythia_settings"]:
            assert f"`{setting}`" in datasheet


def simulated_samples(said):
    """What a manifest says of each simulated sample, by its name."""
    entries = [entry for part in ("files", "samples", "processes") for entry in said.get(part, {}).items()]
    return {name.removesuffix(".root"): about for name, about in entries if "pythia_settings" in about}


def test_the_index_is_up_to_date(data_folder):
    assert (data_folder / "README.md").read_text("utf-8") == index.page(data_folder), (
        "run: python -m data.generation.index"
    )


def test_a_datasheet_that_does_not_begin_with_title_and_sentence_is_named(tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    for text in ("# Toys\n\nA sentence. More.\n", "# Datasheet: toys\n", ""):
        (folder / "datasheet.md").write_text(text)
        with pytest.raises(ValueError, match=r"toy/datasheet\.md does not begin with a line '# Datasheet: …'"):
            index.page(tmp_path)
    (folder / "datasheet.md").write_text("# Datasheet: toys\n\nTwo\nlines. More.\n")
    assert index.page(tmp_path).endswith("| [`toy`](toy/datasheet.md) | **toys.** Two lines. |\n")


@pytest.mark.skipif(not os.environ.get("HEPDL_TEST_ALL"), reason="make test-all runs it: it takes an hour")
@pytest.mark.parametrize("name", GENERATED)
def test_the_shipped_files_are_generated_again_to_the_byte(name, data_folder, tmp_path):
    data_set = dataset.load(name)
    if data_set.missing_packages():
        pytest.skip("the generator is not installed (make data installs it)")
    folder = data_set.generate(tmp_path, data_set.default_size, os.cpu_count())
    assert files_in(folder) == {*data_set.files, manifest.NAME}
    for file in files_in(folder):
        assert (folder / file).read_bytes() == (data_folder / name / file).read_bytes(), file


def python_without(packages, script):
    """Run a script in a Python that cannot import the packages."""
    block = f"import sys; sys.modules.update(dict.fromkeys({packages!r}))\n"
    return subprocess.run([sys.executable, "-c", block + script], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_data_sets_are_described_without_what_makes_them():
    """Sizes, columns and files are known where neither Pythia nor FastJet is installed, and nothing heavy is loaded."""
    heavy = ["pythia8mc", "fastjet", "awkward", "uproot", "h5py", "pandas"]
    script = (
        "from data.generation import __main__, dataset\n"
        "print(*(dataset.load(name).default_size for name in dataset.names()))\n"
    )
    done = python_without(heavy, script)
    assert done.stdout.split() == [str(dataset.load(name).default_size) for name in GENERATED], done.stderr


def test_what_a_detector_is_made_of_imports_without_pythia():
    """So do the modules that are tested by hand-made particles."""
    parts = ["geometry", "rounding", "smearing", "leptons", "jets", "isolation", "impact_parameters"]
    parts += ["missing_momentum", "generator", "cross_sections", "writers"]
    parts += [f"top_tagging.{part}" for part in ("particles", "tracks", "calorimeter", "detector", "storage", "jets")]
    parts += [f"hww.{part}" for part in ("detector", "leptons", "selection", "kinematics", "weights", "processes")]
    stop_search = ("hard_process", "processes", "particles", "leptons", "b_tags", "selection", "stops", "weights")
    parts += [f"stop_search.{part}" for part in stop_search]
    heavy_pairs = ("b_tags", "columns", "kinematics", "processes", "selection", "spectrum")
    parts += [f"heavy_pairs.{part}" for part in heavy_pairs]
    amplitude = ("loop_integrals", "form_factors", "partonic", "gluons", "hard_scattering", "les_houches")
    dihiggs = ("hard_process", "processes", "particles", "leptons", "detector", "selection", "dataset")
    parts += [f"dihiggs.{part}" for part in (*amplitude, *dihiggs)]
    done = python_without(["pythia8mc", "fastjet"], "".join(f"import data.generation.{part}\n" for part in parts))
    assert done.returncode == 0, done.stderr


@pytest.fixture
def own_copy(tmp_path):
    """A copy of the generation and of the helpers, to edit."""
    for folder in ("data/generation", "helpers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def fingerprints(folder):
    script = (
        "import json; from data.generation import dataset\n"
        "sets = [dataset.load(name) for name in dataset.names()]\n"
        "print(json.dumps({s.name: s.fingerprint(s.samples(s.default_size)) for s in sets}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", GENERATED)
def test_an_edit_for_one_set_keeps_the_finished_chunks_of_the_others(name, own_copy):
    before = fingerprints(own_copy)
    with (own_copy / "data" / "generation" / name / "dataset.py").open("a") as module:
        module.write("# edited\n")
    after = fingerprints(own_copy)
    assert {other for other in before if before[other] != after[other]} == {name}


def test_an_edit_of_what_all_share_starts_them_all_anew(own_copy):
    before = fingerprints(own_copy)
    with (own_copy / "data" / "generation" / "geometry.py").open("a") as module:
        module.write("# edited\n")
    after = fingerprints(own_copy)
    assert not set(before.values()) & set(after.values())
