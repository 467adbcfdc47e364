"""What the course's configuration of nbgrader says for people and machines of different kinds."""

from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import Config, PyFileConfigLoader

from grading.autograde.collect import CollectPlainFiles
from helpers.repository import ROOT


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    """Loads the configuration on a machine that has files of its own in a folder for Jupyter's settings."""
    machine = tmp_path / "etc"
    machine.mkdir()
    monkeypatch.delenv("HEPDL_EXCHANGE", raising=False)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(machine))
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_CONFIG_PATH", [])
    monkeypatch.setattr("jupyter_core.paths.ENV_CONFIG_PATH", [])

    def load(*files: str) -> Config:
        for name in files:
            (machine / name).touch()
        return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()

    return load


@pytest.mark.skipif(Path("/usr/local/share/nbgrader/exchange").exists(), reason="this machine has an exchange")
def test_a_plain_user_has_an_exchange_beside_the_course(loaded):
    assert loaded().Exchange.root == str(ROOT / "exchange")


def test_a_machines_own_exchange_is_left_alone(loaded):
    assert "root" not in loaded("nbgrader_config.py").Exchange


def test_the_exchange_that_the_environment_names_comes_first(loaded, monkeypatch):
    monkeypatch.setenv("HEPDL_EXCHANGE", "/srv/exchange")
    assert loaded("nbgrader_config.py").Exchange.root == "/srv/exchange"


def test_what_is_handed_in_again_is_collected_and_new_marks_come_into_feedback(loaded, tmp_path):
    config = loaded("nbgrader_config.py")
    config.Exchange.root, config.ExchangeCollect.check_owner = str(tmp_path), False
    course = CourseDirectory(root=str(tmp_path / "course"), course_id="toys", assignment_id="pets", config=config)
    for day in ("02", "03"):
        folder = tmp_path / "toys" / "inbound" / f"ada+pets+2025-11-{day} 10:00:00.000000 UTC"
        folder.mkdir(parents=True)
        (folder / "pets.ipynb").write_text(f"the answer of day {day}")
        CollectPlainFiles(coursedir=course, authenticator=Authenticator(), config=config).start()
        assert (tmp_path / "course/submitted/ada/pets/pets.ipynb").read_text() == f"the answer of day {day}"

    feedback = tmp_path / "course/feedback/ada/pets"
    feedback.mkdir(parents=True)
    assert GenerateFeedback(coursedir=course, config=config).init_destination("pets", "ada")
    assert not feedback.exists()
