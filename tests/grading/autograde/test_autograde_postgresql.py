"""The gradebook in PostgreSQL: the same books as in a file, from a real server."""

import os

import pytest
import sqlalchemy
from nbgrader.api import Gradebook
from postgresql import INSTALL, Server, programs
from toy_class import AGAIN, LATE, ToyClass, at_full_length

from grading.autograde import books
from grading.autograde.books import CannotGrade
from grading.autograde.coordinator import grade_class, open_books
from grading.autograde.transfer import copy_lesson, released_order


@pytest.fixture(scope="module")
def server():
    if programs() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"there is no PostgreSQL: {INSTALL}")
        pytest.skip(f"there is no PostgreSQL to keep a gradebook in: {INSTALL}")
    with Server() as running:
        yield running


@pytest.fixture
def in_postgresql(server, made, toy_solutions, tmp_path_factory, tmp_path, monkeypatch) -> ToyClass:
    """A class whose gradebook is in a database of its own, by the one setting that says so."""
    if "postgresql" not in made:
        folder = tmp_path_factory.mktemp("postgresql") / "course"
        made["postgresql"] = ToyClass(folder, toy_solutions, server.new_database("released"))
    address = server.new_database(f"test_{abs(hash(tmp_path))}", "released")
    monkeypatch.setenv("HEPDL_GRADEBOOK", address)
    return made["postgresql"].copied_to(tmp_path / "postgresql", address).run_here()


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
    monkeypatch.setattr(books, "LOCK_TIMEOUT_S", 1)
    opened = open_books("toys", in_postgresql.folder)
    name = sqlalchemy.make_url(in_postgresql.database).database
    with server.connect(name) as other, other.transaction():
        other.execute("LOCK TABLE assignment IN EXCLUSIVE MODE")
        with pytest.raises(CannotGrade, match="another program holds it, and did not let go for 1 s"):
            opened.check()
    in_postgresql.submit("alice")
    assert grade_class("toys", in_postgresql.folder, scheduler=toy_cluster.scheduler_address).graded == ["alice"]
    assert in_postgresql.scores() == {"alice": 7}
    monkeypatch.setenv("HEPDL_GRADEBOOK", f"postgresql+psycopg://course:secret@/{name}?host={server.folder}/nowhere")
    with pytest.raises(CannotGrade, match="is its server running") as told:
        open_books("toys", in_postgresql.folder).check()
    assert "secret" not in str(told.value)
