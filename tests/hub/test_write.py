"""`hepdl hub write` says what is missing, and writes texts, data and pages as they are to be."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

import pytest
from written_hub import packages_of, put

from helpers.repository import ROOT
from hub import accounts, command, environments, trial, write
from hub.layout import Hub, HubError, closed_above

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def everything_there(monkeypatch):
    monkeypatch.setattr(write.shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(write.os, "geteuid", lambda: 0)


@pytest.mark.parametrize("program", ["node", "npm"])
def test_a_machine_without_node_is_told_how_to_get_it(everything_there, open_folder, monkeypatch, program):
    monkeypatch.setattr(write.shutil, "which", lambda name: None if name == program else name)
    with pytest.raises(HubError, match=f"no `{program}` on this machine's PATH. `apt install nodejs npm` installs it"):
        write.require(Hub(open_folder, ME))


def test_a_hub_for_a_class_asks_for_root(everything_there, open_folder, monkeypatch):
    monkeypatch.setattr(write.os, "geteuid", lambda: 1000)
    with pytest.raises(HubError, match="run the command with sudo"):
        write.require(Hub(open_folder, ME))
    write.require(Hub(open_folder, ME, one_account=True))


def test_a_folder_that_users_cannot_reach_is_refused(everything_there, open_folder):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(HubError, match=f"users cannot enter {closed}"):
        write.require(Hub(closed / "hub", ME))


def test_a_folder_among_the_solutions_is_refused(everything_there, open_folder, monkeypatch):
    monkeypatch.setattr(write, "ROOT", open_folder)
    (open_folder / ".git").mkdir()
    with pytest.raises(HubError, match="lies in the clone that holds the solutions"):
        write.require(Hub(open_folder / "hub", ME))


def test_an_instructor_without_account_is_told(everything_there, open_folder):
    with pytest.raises(HubError, match="there is no account 'no-such-user'"):
        write.require(Hub(open_folder, "no-such-user"))


def test_a_closed_folder_on_the_way_is_found_through_links(open_folder):
    (open_folder / "home").mkdir(mode=0o700)
    put(open_folder / "home" / "python")
    (open_folder / "python").symlink_to("home/python")
    assert closed_above(open_folder / "python") == open_folder / "home"
    (open_folder / "home" / "out").symlink_to("../open")
    put(open_folder / "open")
    assert closed_above(open_folder / "home" / "out") == open_folder / "home"
    (open_folder / "home").chmod(0o711)
    assert closed_above(open_folder / "python") is None
    assert closed_above(open_folder / "not" / "there") is None


def test_a_python_below_a_closed_home_is_not_taken(open_folder, monkeypatch):
    home = open_folder / "home"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python3").symlink_to(environments.sys.executable)
    home.chmod(0o700)
    monkeypatch.setattr(environments.sys, "base_prefix", str(home))
    monkeypatch.setattr(environments, "PYTHONS", ())
    with pytest.raises(HubError, match=f"{home}/bin/python3 lies in a folder that only its owner can enter"):
        environments.python_for_all()


def test_data_are_copied_for_reading_and_old_ones_leave(open_folder, monkeypatch):
    put(open_folder / "clone/data/hww/manifest.json", "new")
    put(open_folder / "clone/data/generated/hww/manifest.json", "of the instructor")
    put(open_folder / "clone/data/generation/code.py")
    put(open_folder / "data/hww/old.root")
    monkeypatch.setattr(write, "ROOT", open_folder / "clone")
    write.copy_data(open_folder / "data")
    assert [file.relative_to(open_folder / "data").as_posix() for file in (open_folder / "data").rglob("*")] == [
        "hww",
        "hww/manifest.json",
    ]
    assert stat.S_IMODE((open_folder / "data/hww/manifest.json").stat().st_mode) == 0o444
    assert not list(open_folder.glob(".data*"))


def test_students_get_helpers_and_pages_and_no_more(open_folder):
    environment = open_folder / "student"
    put(packages_of(environment) / "helpers/gone.py")
    (environment / "bin").mkdir()
    (environment / "bin/python").symlink_to(environments.sys.executable)
    write._copy_helpers(environment)
    assert {path.name for path in packages_of(environment).iterdir()} == {"helpers"}
    copied = {path.relative_to(packages_of(environment)) for path in packages_of(environment).rglob("*.py")}
    assert copied == {path.relative_to(ROOT) for path in (ROOT / "helpers").rglob("*.py")}
    assert {page.name for page in (environment / "share/hepdl").iterdir()} == {"start.md", "glossary.md"}


@pytest.mark.parametrize(
    ("origin", "kept"),
    [("https://me:token@example.org/course.git", "https://example.org/course.git"), ("git@example.org:c.git",) * 2],
)
def test_the_instructors_clone_is_closed_and_pulls_from_where_this_one_does(open_folder, monkeypatch, origin, kept):
    def git(*arguments):
        command = ["git", "-c", "user.name=me", "-c", "user.email=me", "-C", source, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    source = open_folder / "source"
    source.mkdir()
    for setup in (["init"], ["commit", "--allow-empty", "-m", "first"], ["remote", "add", "origin", origin]):
        git(*setup)
    monkeypatch.setattr(write, "ROOT", source)
    hub = Hub(open_folder / "hub", ME, one_account=True)
    write._clone(hub)
    assert stat.S_IMODE(hub.course.stat().st_mode) == stat.S_IMODE(hub.course.parent.stat().st_mode) == 0o700
    assert git("-C", str(hub.course), "remote", "get-url", "origin") == kept
    put(hub.course / "gradebook.db", "grades")
    write._clone(hub)
    assert (hub.course / "gradebook.db").read_text() == "grades"


def test_an_account_that_is_somebodys_is_not_touched(open_folder):
    hub = Hub(open_folder, ME)
    with pytest.raises(HubError, match=f"has an account {ME} of its own"), accounts.accounts(hub):
        pass
    assert pwd.getpwnam(ME)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a home to somebody else")
def test_a_new_account_gets_no_home_of_another_and_an_old_one_its_own(open_folder, monkeypatch):
    hub = Hub(open_folder, "hepdl-gone", ("hepdl-new",))
    (hub.homes / "hepdl-gone").mkdir(parents=True)
    os.chown(hub.homes / "hepdl-gone", 4321, -1)
    commands = []

    def run(command, **options):
        commands.append(command)
        Path(command[2].removeprefix("--home-dir=")).mkdir(exist_ok=True)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(accounts.subprocess, "run", run)
    for user in ("hepdl-new", "hepdl-gone"):
        accounts._make(hub, user, "useradd")
    assert "--key=UID_MIN=4322" in commands[0]
    assert "--uid=4321" in commands[1]


def test_homes_of_one_account_are_closed(open_folder):
    with accounts.accounts(Hub(open_folder, "lecturer", ("alice",), one_account=True)):
        assert {stat.S_IMODE((open_folder / "home" / user).stat().st_mode) for user in ("alice", "lecturer")} == {0o700}


@pytest.mark.parametrize(("root", "folder"), [(True, Path("/srv/hepdl-trial")), (False, ROOT / "build" / "hub")])
def test_only_root_gives_each_user_an_account(monkeypatch, root, folder):
    monkeypatch.setattr(trial.os, "geteuid", lambda: 0 if root else 1000)
    hub = trial.hub_to_try(None)
    assert (hub.folder, hub.one_account) == (folder, not root)


def test_an_assignment_that_is_not_there_is_told(open_folder):
    with pytest.raises(HubError, match="there is no assignment ex99; there are dihiggs, ex1_uproot"):
        trial.run(Hub(open_folder, ME), trial._free_port(), ["ex99"])


def test_a_hub_of_one_account_does_not_become_one_of_many(open_folder):
    alone = Hub(open_folder, ME, one_account=True)
    put(alone.private / "settings.json", alone.settings())
    with pytest.raises(HubError, match="holds a hub that another account made: name another folder"):
        trial.run(Hub(open_folder, ME), trial._free_port())


def test_accounts_are_made_where_the_path_leads_to_no_administrators_programs(open_folder, monkeypatch):
    hub = Hub(open_folder, ME)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(accounts.shutil, "which", lambda name, path: f"found in {path}")
    assert accounts._program("useradd") == "found in /usr/bin:/bin:/usr/sbin:/sbin"
    monkeypatch.setattr(accounts.shutil, "which", lambda name, path: None)
    with pytest.raises(HubError, match="with useradd, which is not here: `apt install passwd`"), accounts.accounts(hub):
        pass


def test_trouble_is_one_sentence(open_folder, capsys):
    assert command.main(["check", str(open_folder)]) == 1
    assert capsys.readouterr().err == (
        f"hepdl hub check: there is no hub in {open_folder}: `hepdl hub write {open_folder}` writes one.\n"
    )


def test_nothing_of_a_registry_or_a_machine_stands_in_the_proxys_lock():
    lock = (ROOT / "hub/proxy/package-lock.json").read_text()
    assert "://" not in lock
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')


def test_make_hub_tries_it():
    done = subprocess.run(["make", "--dry-run", "hub", "HUB=folder"], cwd=ROOT, capture_output=True, text=True)
    assert "hub try folder" in done.stdout
