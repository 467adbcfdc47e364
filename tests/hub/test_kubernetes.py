"""What is said to a cluster. No cluster is there: keys are compared with those of the chart's documentation by hand."""

import re
from types import SimpleNamespace

import jsonschema
import pytest
import yaml
from traitlets.config import Config

from helpers.repository import ROOT
from hub.kubernetes import image
from hub.layout import Hub

FOLDER = ROOT / "hub/kubernetes"
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text())


def strictly(**properties) -> dict:
    return {"type": "object", "properties": properties, "additionalProperties": False}


TEXT, NUMBER, YES = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
LIST = {"type": "array", "items": {"type": "object", "required": ["name"]}}
AMOUNT = {"type": "string", "pattern": "^[0-9]+[KMGT]i?$"}
CHART = strictly(
    hub=strictly(config={"type": "object"}, extraConfig={"type": "object", "additionalProperties": TEXT}),
    singleuser=strictly(
        image=strictly(name=TEXT, tag=TEXT, pullPolicy=TEXT),
        cmd=TEXT,
        startTimeout={"type": "integer"},
        memory=strictly(limit=AMOUNT, guarantee=AMOUNT),
        cpu=strictly(limit=NUMBER, guarantee=NUMBER),
        extraEnv={"type": "object", "additionalProperties": TEXT},
        storage=strictly(
            type={"enum": ["dynamic", "static", "none"]},
            capacity=AMOUNT,
            homeMountPath=TEXT,
            dynamic=strictly(
                storageClass=TEXT,
                storageAccessModes={"type": "array", "items": {"enum": ["ReadWriteOnce", "ReadWriteMany"]}},
            ),
            extraVolumes=LIST,
            extraVolumeMounts=LIST,
        ),
        networkPolicy=strictly(enabled=YES),
    ),
    cull=strictly(enabled=YES, timeout={"type": "integer"}, every={"type": "integer"}),
)
"""The keys of the chart that values.yaml uses, as its documentation names them."""


def test_the_values_have_keys_of_the_chart_alone():
    jsonschema.validate(VALUES, CHART)
    misspelt = VALUES | {"singleUser": VALUES["singleuser"]}
    with pytest.raises(jsonschema.ValidationError, match="singleUser"):
        jsonschema.validate(misspelt, CHART)


def test_servers_have_the_course_and_the_limits_of_a_hub_on_one_machine():
    hub = Hub(ROOT.__class__("/srv/hepdl"), image.INSTRUCTOR, one_account=True)
    assert VALUES["singleuser"]["extraEnv"] == hub.variables()
    assert VALUES["singleuser"]["memory"]["limit"] == "4G"
    assert VALUES["singleuser"]["cpu"]["limit"] == 2
    assert VALUES["cull"]["timeout"] == 7200
    mounts = {mount["name"]: mount["mountPath"] for mount in VALUES["singleuser"]["storage"]["extraVolumeMounts"]}
    assert mounts == {"exchange": str(hub.exchange)}
    assert VALUES["singleuser"]["storage"]["homeMountPath"] == f"{hub.homes}/{{username}}"


def spawner(name: str, number: int) -> SimpleNamespace:
    made = SimpleNamespace(user=SimpleNamespace(name=name, id=number), environment={"A": "1"}, image="student")
    made._expand_user_properties = lambda text: text.format(username=name, servername="")
    config = Config()
    exec(VALUES["hub"]["extraConfig"]["course"], {"c": config})
    config.KubeSpawner.pre_spawn_hook(made)
    return made


def test_each_user_is_a_number_of_their_own_in_a_home_of_their_own():
    anna, ben = spawner("anna", 1), spawner("ben", 2)
    assert (anna.uid, ben.uid) == (10001, 10002)
    assert anna.environment == {"A": "1", "HOME": "/srv/hepdl/home/anna"}
    assert "chown 10001:10001 /srv/hepdl/home/anna" in anna.init_containers[0]["command"][-1]
    assert anna.fs_gid is None
    assert anna.image == "student"
    assert anna.default_url == "/lab/tree/start.md"


def test_the_instructor_has_another_image():
    assert spawner(image.INSTRUCTOR, 3).image.endswith("hepdl-instructor:latest")
    assert VALUES["hub"]["config"]["Authenticator"]["admin_users"] == [image.INSTRUCTOR]


@pytest.mark.parametrize("name", ["exchange.yaml", "dask.yaml"])
def test_what_the_cluster_is_given_is_whole(name):
    parts = list(yaml.safe_load_all((FOLDER / name).read_text()))
    assert all(part["apiVersion"] and part["kind"] and part["metadata"]["name"] for part in parts)
    for part in parts:
        pod = part["spec"].get("template", {}).get("spec")
        if pod:
            volumes = {volume["name"] for volume in pod["volumes"]}
            assert {mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]} == volumes


def test_no_layer_of_the_students_image_holds_the_course():
    *_, student, _instructor = re.split(r"^FROM ", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert student.startswith("python:3.12-slim AS student\n")
    copied = re.findall(r"^COPY (.*)$", student, re.MULTILINE)
    assert copied == [f"--from=build /srv/hepdl/{folder} /srv/hepdl/{folder}" for folder in ("data", "student")]


def test_an_image_holds_both_environments_and_the_data(tmp_path, monkeypatch):
    done = []
    for step in ("copy_data", "write_student", "write_teacher"):
        monkeypatch.setattr(image, step, lambda given, step=step: done.append(step))
    (tmp_path / "instructor/etc/jupyter").mkdir(parents=True)
    assert image.main([str(tmp_path)]) == 0
    assert done == ["copy_data", "write_student", "write_teacher"]
    assert "check_owner = False" in (tmp_path / "instructor/etc/jupyter/nbgrader_config.py").read_text()


@pytest.mark.parametrize("page", ["docs/hub_kubernetes.md", "docs/batch.md", "hub/kubernetes/Dockerfile"])
def test_what_was_not_tried_says_so(page):
    assert re.search("untested", (ROOT / page).read_text(), re.IGNORECASE)
