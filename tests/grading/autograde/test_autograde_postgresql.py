"""The gradebook in PostgreSQL: the same books as in a file, from a real server."""

import pytest
import sqlalchemy
import system_packages
from nbgrader.api import Gradebook
from postgresql import INSTALL, Server, programs
from toy_class import AGAIN, LATE, ToyClass, at_full_length

from grading.autograde.books import CannotGrade
from grading.autograde.coordinator import grade_class, open_books
from grading.autograde.transfer import copy_lesson, released_order


@pytest.fixture(scope="module")
def server():
    if programs() is None:
        system_packages.is_missing(f"there is no PostgreSQL to keep a gradebook in: {INSTALL}")
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def released_there(server, toy_release, tmp_path_factory) -> ToyClass:
    """A class that nbgrader has released with its gradebook in PostgreSQL; to be copied."""
    course = toy_release.copied_to(tmp_path_factory.mktemp("postgresql") / "course")
    course.environment["HEPDL_GRADEBOOK"] = database = server.new_database("released")
    course.nbgrader("generate_assignment", "toys", "--force")
    return ToyClass(course, database)


@pytest.fixture
def in_postgresql(server, released_there, tmp_path, monkeypatch) -> ToyClass:
    """A class whose gradebook is in a database of its own, by the one setting that says so."""
    address = server.new_database(f"test_{abs(hash(tmp_path))}", "released")
    monkeypatch.setenv("HEPDL_GRADEBOOK", address)
    return released_there.copied_to(tmp_path / "postgresql", address).run_here()


@at_full_length
def test_the_books_are_those_of_a_file(in_postgresql, toys, toy_cluster, monkeypatch):
    def grade(a_class: ToyClass):
        monkeypatch.setenv("HEPDL_GRADEBOOK", a_class.database)
        return grade_class("toys", a_class.folder, scheduler=toy_cluster.scheduler_address)

    for a_class in (in_postgresql, toys):
        a_class.submit("alice")
        a_class.submit("bob", LATE, double="def double(x):\n    return 2")
        a_class.submit("dan").write_text("{")
        first = grade(a_class)
        assert (sorted(first.graded), list(first.failed)) == (["alice", "bob"], ["dan"])
        a_class.submit("bob", AGAIN)
        assert grade(a_class).again.keys() == {"bob"}
    assert in_postgresql.scores() == {"alice": 7, "bob": 7, "dan": 0}
    assert in_postgresql.books() == toys.books()
    assert in_postgresql.files() == toys.files()
    assert not (in_postgresql.folder / "gradebook.db").exists()


def test_workers_get_the_cells_in_the_order_of_the_lesson(in_postgresql, tmp_path):
    """An updated row goes to the end of its table, and the place of a deleted test cell is told by the order."""
    engine = sqlalchemy.create_engine(in_postgresql.database)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE source_cell SET locked = locked WHERE name = 'double'"))
        stored = connection.execute(sqlalchemy.text("SELECT name FROM source_cell")).scalars().all()
    engine.dispose()
    assert stored[-1] == "double"
    copy = f"sqlite:///{tmp_path}/lesson.db"
    copy_lesson(in_postgresql.database, copy, released_order(in_postgresql.folder / "solutions/toys"))
    with Gradebook(copy) as gradebook:
        names = [cell.name for cell in gradebook.find_notebook("toys", "toys").source_cells]
        assert names == ["double", "double-check", "rule", "wait", "wait-check", "why", "warn", "warn-check"]
        assert gradebook.students == []


def test_a_lock_and_a_lost_server_are_named(in_postgresql, server, toy_cluster, monkeypatch):
    name = sqlalchemy.make_url(in_postgresql.database).database
    short = {"options": "-c lock_timeout=1s"}
    address = sqlalchemy.make_url(in_postgresql.database).update_query_dict(short)
    monkeypatch.setenv("HEPDL_GRADEBOOK", address.render_as_string(hide_password=False))
    opened = open_books("toys", in_postgresql.folder)
    with server.connect(name) as other, other.transaction():
        other.execute("LOCK TABLE assignment IN EXCLUSIVE MODE")
        with pytest.raises(CannotGrade, match="another program holds it"):
            opened.check()
    in_postgresql.submit("alice")
    assert grade_class("toys", in_postgresql.folder, scheduler=toy_cluster.scheduler_address).graded == ["alice"]
    assert in_postgresql.scores() == {"alice": 7}
    monkeypatch.setenv("HEPDL_GRADEBOOK", f"postgresql+psycopg://course:secret@/{name}?host={server.folder}/nowhere")
    with pytest.raises(CannotGrade, match="is its server running") as told:
        open_books("toys", in_postgresql.folder).check()
    assert "secret" not in str(told.value)
