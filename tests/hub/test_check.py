"""`hepdl hub check` is silent about a hub as it was written, and names whatever was opened, removed or changed."""

import os
import pwd
import shutil
from types import SimpleNamespace

import pytest
from written_hub import packages_of, put, put_python

from hub import check
from hub.layout import Hub, HubError, read


def test_nothing_is_found_in_a_hub_as_written(hub, capsys):
    assert check.findings(hub) == []
    assert check.print_findings(hub) == 0
    assert "Nothing is wrong or open" in capsys.readouterr().out


def of_others(hub):
    put(packages_of(hub.student) / "dask.dist-info/METADATA", "Metadata-Version: 2.1\nName: Dask\nVersion: 1.0\n")


def other_hub(hub):
    put(
        packages_of(hub.student) / "jupyterhub.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: jupyterhub\nVersion: 4.0\n",
    )


def kernel_of_another(hub):
    put(hub.student / "share/jupyter/kernels/python3/kernel.json", '{"argv": ["/usr/bin/python3"]}')


def open_course(hub):
    for folder in (hub.homes, hub.home(hub.instructor), hub.course):
        folder.chmod(0o755)


def round_of_the_class(hub):
    put(hub.course / "data/generated/round/challenge/manifest.json", "the class's")


def no_sandbox(hub):
    put_python(hub.teacher, "echo 'Traceback'; echo 'this machine refuses to make one' >&2; exit 1")


def mode(bits, *names):
    def change(hub):
        hub.folder.joinpath(*names).chmod(bits)

    return change


def change_text(name):
    return lambda hub: put(hub.folder / name, "changed")


BROKEN = {
    "solutions": (open_course, "students can read solutions, gradebook.db in"),
    "clone": (lambda hub: check.ROOT.chmod(0o755), "students can read solutions in"),
    "home": (lambda hub: hub.home(hub.instructor).chmod(0o711), "others can enter the home"),
    "secrets": (mode(0o755, "hub"), "others can read the hub's secrets"),
    "instructor's environment": (mode(0o755, "instructor"), "students can enter the instructor's environment"),
    "exchange without sticky bit": (mode(0o777, "exchange"), "has the mode 777"),
    "exchange not writable": (mode(0o755, "exchange"), "has the mode 755"),
    "course in the exchange": (mode(0o777, "exchange", "hepdl"), "students can put files into"),
    "outbound": (mode(0o777, "exchange", "hepdl", "outbound"), "students can put files into"),
    "inbound": (mode(0o737, "exchange", "hepdl", "inbound"), "students can list what lies in"),
    "no exchange": (lambda hub: shutil.rmtree(hub.exchange), "exchange is not there"),
    "data missing": (lambda hub: shutil.rmtree(hub.data / "hww"), "the data set hww is not in"),
    "data writable": (mode(0o666, "data", "hww", "manifest.json"), "users can change data, such as"),
    "another round's jets": (round_of_the_class, "students have other secret jets than the round in"),
    "folder closed": (mode(0o750), "because they cannot enter"),
    "packages of others": (of_others, "holds what is not for students: dask"),
    "grader": (lambda hub: put(packages_of(hub.student) / "grading/__init__.py"), "holds the grader"),
    "another JupyterHub": (other_hub, "has jupyterhub 4.0, the hub"),
    "old helpers": (lambda hub: put(packages_of(hub.student) / "helpers/jets.py"), "helpers/jets.py is not that of"),
    "newer lessons": (lambda hub: put(hub.course / "helpers/jets.py", "JETS = 3"), "helpers/jets.py is not that of"),
    "kernel": (kernel_of_another, "starts /usr/bin/python3, another environment's"),
    "no kernel": (lambda hub: shutil.rmtree(hub.teacher / "share"), "kernel.json is not there"),
    "exchange not set": (change_text("student/etc/jupyter/nbgrader_config.py"), "nbgrader_config.py is not what"),
    "formgrader's frame": (change_text("instructor/etc/jupyter/jupyter_server_config.py"), "server_config.py is not"),
    "menus": (change_text("student/etc/jupyter/labconfig/page_config.json"), "page_config.json is not what"),
    "hub's settings": (change_text("hub/jupyterhub_config.py"), "jupyterhub_config.py is not what"),
    "environment writable": (mode(0o777, "student", "etc", "jupyter", "nbgrader_config.py"), "which all start"),
    "no sandbox": (no_sandbox, f"{pwd.getpwuid(os.getuid()).pw_name} cannot grade"),
    "no proxy": (lambda hub: shutil.rmtree(hub.private / "proxy"), "JupyterHub's proxy is not installed"),
    "no students' environment": (lambda hub: shutil.rmtree(hub.student), "there is no environment in"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named_with_a_remedy(hub, name):
    breaks, sentence = BROKEN[name]
    breaks(hub)
    found = check.findings(hub)
    assert any(sentence in finding.wrong for finding in found), found
    assert all(finding.remedy for finding in found)
    assert check.print_findings(hub) == 1


def test_homes_of_the_machine_are_looked_at(hub, open_folder, monkeypatch):
    home, service = open_folder / "anna", open_folder / "daemon"
    for folder in (home, service):
        folder.mkdir(mode=0o755)
    accounts = [SimpleNamespace(pw_uid=1000, pw_dir=str(home)), SimpleNamespace(pw_uid=33, pw_dir=str(service))]
    monkeypatch.setattr(pwd, "getpwall", lambda: accounts)
    assert [finding.wrong for finding in check.findings(hub)] == [f"others can enter the home {home}"]


@pytest.mark.parametrize(("program", "sentence"), [("node", "there is no `node`"), ("bwrap", "bubblewrap is missing")])
def test_a_missing_program_is_named(hub, monkeypatch, program, sentence):
    monkeypatch.setattr(check.shutil, "which", lambda name: None if name == program else name)
    assert [sentence in finding.wrong for finding in check.findings(hub)] == [True]


def test_a_hub_of_one_account_is_not_for_a_class(hub):
    alone = Hub(hub.folder, hub.instructor, one_account=True)
    assert "one account plays all users" in check.findings(alone)[0].wrong


def test_settings_are_read_as_they_were_written(hub):
    assert read(hub.folder) == hub


def test_a_folder_without_a_hub_or_with_damaged_settings_is_told(hub, tmp_path):
    with pytest.raises(HubError, match="there is no hub in"):
        read(tmp_path)
    for damaged in ("{", "[]", "{}"):
        put(hub.private / "settings.json", damaged)
        with pytest.raises(HubError, match="is damaged"):
            read(hub.folder)
