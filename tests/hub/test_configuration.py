"""What JupyterHub and the servers of its users are told, each by loading the file as they do."""

import dataclasses
import json
import os
import shutil
from types import SimpleNamespace

import pytest
from traitlets.config.loader import Config, PyFileConfigLoader
from written_hub import put

from hub.layout import Hub
from hub.server_files import private_files, student_files, teacher_files

PASSWORDS = {"HEPDL_STUDENTS_PASSWORD": "of-the-students", "HEPDL_INSTRUCTOR_PASSWORD": "of-the-instructor" * 2}


def load(folder, name) -> Config:
    return PyFileConfigLoader(name, path=str(folder)).load_config()


def configuration(hub: Hub) -> Config:
    for name, text in private_files(hub).items():
        put(hub.private / name, text)
    return load(hub.private, "jupyterhub_config.py")


def server(config: Config, user: str) -> SimpleNamespace:
    """The spawner of a user, after the hub's hook."""
    spawner = SimpleNamespace(user=SimpleNamespace(name=user), mem_limit=4 << 30, cpu_limit=config.Spawner.cpu_limit)
    config.Spawner.pre_spawn_hook(spawner)
    return spawner


def to_try(hub: Hub, **changes) -> Hub:
    return dataclasses.replace(hub, students=("alice", "bob"), **changes)


def test_a_hub_for_a_class_asks_the_machine_for_accounts_and_is_reached_through_this_machine_alone(hub):
    config = configuration(hub)
    assert config.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert config.Authenticator.allow_all is True
    assert "authenticator_class" not in config.JupyterHub
    assert "spawner_class" not in config.JupyterHub


def test_a_configuration_of_the_administrators_own_may_load_it(hub, tmp_path):
    configuration(hub)
    own = f"load_subconfig({str(hub.private / 'jupyterhub_config.py')!r})\nc.JupyterHub.bind_url = 'http://:80'"
    put(tmp_path / "own.py", own)
    config = load(tmp_path, "own.py")
    assert config.JupyterHub.bind_url == "http://:80"
    assert config.JupyterHub.cookie_secret_file == f"{hub.private}/cookie_secret"


def test_what_the_hub_writes_lies_in_its_private_folder(hub):
    config = configuration(hub)
    kept = [config.JupyterHub.db_url, config.JupyterHub.cookie_secret_file, config.ConfigurableHTTPProxy.pid_file]
    assert all(f"{hub.private}/" in path for path in kept)


def test_who_tries_a_hub_logs_in_with_a_password_of_the_students_or_the_instructor(hub, monkeypatch):
    for name, password in PASSWORDS.items():
        monkeypatch.setenv(name, password)
    config = configuration(to_try(hub))
    assert config.JupyterHub.authenticator_class == "shared-password"
    assert config.Authenticator.allowed_users == {"alice", "bob", hub.instructor}
    assert config.Authenticator.admin_users == {hub.instructor}
    assert config.SharedPasswordAuthenticator.user_password == PASSWORDS["HEPDL_STUDENTS_PASSWORD"]
    assert config.SharedPasswordAuthenticator.admin_password == PASSWORDS["HEPDL_INSTRUCTOR_PASSWORD"]
    assert not any(password in text for password in PASSWORDS.values() for text in private_files(hub).values())


def test_one_account_gives_each_user_a_home_of_the_hub(hub, monkeypatch):
    for name, password in PASSWORDS.items():
        monkeypatch.setenv(name, password)
    config = configuration(to_try(hub, one_account=True))
    assert config.JupyterHub.spawner_class == "simple"
    assert config.SimpleLocalProcessSpawner.home_dir_template == f"{hub.homes}/{{username}}"


def test_servers_start_from_the_environment_of_who_they_are_for(hub):
    config = configuration(hub)
    student, instructor = server(config, "anna"), server(config, hub.instructor)
    assert student.cmd[-1] == f"{hub.student}/bin/jupyterhub-singleuser"
    assert instructor.cmd == [f"{hub.teacher}/bin/jupyterhub-singleuser"]
    assert student.environment["PATH"].startswith(f"{hub.student}/bin:")
    assert instructor.environment["PATH"].startswith(f"{hub.teacher}/bin:")
    assert (student.default_url, instructor.default_url) == ("/lab/tree/start.md", "/lab")


def test_every_server_has_the_course_and_nothing_of_the_hubs_environment(hub):
    config = configuration(hub)
    for user in ("anna", hub.instructor):
        environment = server(config, user).environment
        assert environment["HEPDL_DATA"] == str(hub.data)
        assert environment["HEPDL_EXCHANGE"] == str(hub.exchange)
        assert environment["HEPDL_COURSE_ID"] == "hepdl"
        assert environment["TF_CPP_MIN_LOG_LEVEL"] == "3"
        assert environment["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert config.Spawner.env_keep == ["LANG", "LC_ALL"]


def test_a_students_server_has_limits_and_the_instructors_has_none(hub, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2})
    config = configuration(hub)
    first, second = server(config, "anna"), server(config, "ben")
    assert first.cmd[:-1] == [
        *("prlimit", f"--data={4 << 30}:{(4 << 30) + (256 << 20)}", "--core=0", "--nproc=1000"),
        *("taskset", "--cpu-list", "0,1"),
    ]
    assert second.cmd[-3:-1] == ["--cpu-list", "0,2"]
    lecturer = server(config, hub.instructor)
    assert lecturer.mem_limit is lecturer.cpu_limit is None


def test_one_account_bounds_no_number_of_processes(hub):
    config = configuration(dataclasses.replace(hub, one_account=True))
    assert not [word for word in server(config, "anna").cmd if "nproc" in word]


def test_without_limits_or_the_programs_that_set_them_a_server_starts_all_the_same(hub, monkeypatch):
    config = configuration(hub)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert server(config, "anna").cmd == [f"{hub.student}/bin/jupyterhub-singleuser"]


def test_servers_of_a_class_go_on_without_the_hub_and_those_of_a_trial_end_with_it(hub, monkeypatch):
    for name, password in PASSWORDS.items():
        monkeypatch.setenv(name, password)
    assert configuration(hub).JupyterHub.cleanup_servers is False
    assert configuration(to_try(hub)).JupyterHub.cleanup_servers is True


def test_idle_servers_are_ended_by_a_service_that_may_do_nothing_else(hub):
    config = configuration(hub)
    (culler,) = config.JupyterHub.services
    assert culler["command"][1:] == ["-m", "jupyterhub_idle_culler", "--timeout=7200"]
    (role,) = config.JupyterHub.load_roles
    assert role["services"] == ["culler"]
    assert set(role["scopes"]) == {"list:users", "read:users:activity", "read:servers", "delete:servers"}


@pytest.mark.parametrize("files", [student_files, teacher_files])
def test_nobody_listens_to_the_kernels_of_others(hub, files):
    common = json.loads(files(hub)["etc/jupyter/jupyter_config.json"])
    assert common["KernelManager"]["transport_encryption"] == "required"


@pytest.fixture
def no_course(monkeypatch):
    """A shell that the hub did not start."""
    for name in ("HEPDL_EXCHANGE", "HEPDL_COURSE_ID", "JUPYTERHUB_USER"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def written(texts, name, folder) -> Config:
    put(folder / name, texts[name])
    return load(folder, name)


NBGRADER, SERVER = "etc/jupyter/nbgrader_config.py", "etc/jupyter/jupyter_server_config.py"


@pytest.mark.parametrize("files", [student_files, teacher_files])
def test_nbgrader_finds_course_and_exchange_in_a_shell_too(hub, tmp_path, no_course, files):
    config = written(files(dataclasses.replace(hub, course_id="spring")), NBGRADER, tmp_path)
    assert config.Exchange.root == str(hub.exchange)
    assert config.CourseDirectory.course_id == "spring"


def test_the_instructor_has_a_course_and_students_have_none(hub, tmp_path, no_course):
    assert written(teacher_files(hub), NBGRADER, tmp_path).CourseDirectory.root == str(hub.course)
    assert "root" not in written(student_files(hub), NBGRADER, tmp_path).CourseDirectory


def test_validate_may_take_as_long_as_the_grader(hub, tmp_path, no_course):
    from helpers.repository import ROOT

    graded = load(ROOT, "nbgrader_config.py").Execute
    validated = written(student_files(hub), NBGRADER, tmp_path).Execute
    for limit in ("timeout", "startup_timeout", "iopub_timeout"):
        assert validated[limit] == graded[limit]


def test_of_one_account_nbgrader_is_told_who_this_is(hub, tmp_path, no_course, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "alice")
    assert "student_id" not in written(student_files(hub), NBGRADER, tmp_path).CourseDirectory
    alone = dataclasses.replace(hub, one_account=True)
    assert written(student_files(alone), NBGRADER, tmp_path).CourseDirectory.student_id == "alice"


def test_formgrader_may_stand_in_a_frame_of_the_same_server(hub, tmp_path):
    headers = written(teacher_files(hub), SERVER, tmp_path).ServerApp.tornado_settings["headers"]
    assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize("files", [student_files, teacher_files])
def test_a_terminal_keeps_the_path_to_the_courses_programs(hub, tmp_path, monkeypatch, files):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/bash")
    shell = written(files(hub), SERVER, tmp_path).ServerApp.terminado_settings["shell_command"]
    assert shell == ["/bin/bash"], "a login shell takes its PATH from /etc/profile"


def test_a_server_brings_the_start_page_and_leaves_a_changed_one_alone(hub, tmp_path, monkeypatch):
    home = tmp_path / "home"
    put(home / "glossary.md", "with my notes")
    put(tmp_path / "share/hepdl/start.md", "start here")
    put(tmp_path / "share/hepdl/glossary.md", "words")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    written(student_files(hub), SERVER, tmp_path)
    assert (home / "start.md").read_text() == "start here"
    assert (home / "glossary.md").read_text() == "with my notes"


def test_a_student_has_assignments_and_validate_and_none_of_the_instructors_menus(hub):
    page = json.loads(student_files(hub)["etc/jupyter/labconfig/page_config.json"])["disabledExtensions"]
    hidden = {name.rpartition(":")[2] for name, disabled in page.items() if disabled and "nbgrader" in name}
    assert hidden == {"formgrader", "course-list", "create-assignment"}
    loaded = json.loads(student_files(hub)["etc/jupyter/jupyter_server_config.d/nbgrader_hub.json"])
    assert loaded["ServerApp"]["jpserver_extensions"] == {
        "nbgrader.server_extensions.formgrader": False,
        "nbgrader.server_extensions.course_list": False,
    }


def test_the_instructor_has_all_menus_and_the_courses_own_formgrader(hub):
    page = json.loads(teacher_files(hub)["etc/jupyter/labconfig/page_config.json"])["disabledExtensions"]
    assert not any("nbgrader" in name for name in page)
    loaded = json.loads(teacher_files(hub)["etc/jupyter/jupyter_server_config.d/nbgrader_guarded.json"])
    assert loaded["ServerApp"]["jpserver_extensions"]["grading.formgrader"] is True
