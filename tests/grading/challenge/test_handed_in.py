"""Which files of a class count, and what is said of the others."""

import os
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from classroom import DEADLINE, N_JETS, some_scores

from grading.challenge.submissions import MAX_FILES, collect, printable


def outcome(students) -> tuple[list[str], dict[str, str]]:
    """The names of the entries that count, and for each other file, with its student, its status."""
    entries, aside = collect(students.folder, N_JETS, DEADLINE)
    return [entry.file for entry in entries], {f"{row.student}: {row.file}": row.status for row in aside}


def test_whole_files_count_and_broken_ones_are_listed(students):
    students.scores("alice", "quarks_dnn", some_scores(1))
    students.scores("alice", "quarks_cnn", some_scores(2).astype(">f8"))
    students.bytes("alice", "quarks_best.npy", b"\x80\x04]")
    students.bytes("alice", "quarks_notes.txt", b"try dropout")
    students.bytes("alice", ".hidden", b"")
    students.scores("bob", "gluons_a_b", some_scores(3))
    students.scores("bob", "gluons_nul", some_scores(3))
    (students.place("bob") / "gluons_folder.npy").mkdir()
    counted, others = outcome(students)
    assert counted == ["quarks_cnn.npy", "quarks_dnn.npy"]
    assert set(others.values()) == {"rejected"}
    assert sorted(others) == [
        "alice: quarks_best.npy",
        "alice: quarks_notes.txt",
        "bob: gluons_a_b.npy",
        "bob: gluons_folder.npy",
        "bob: gluons_nul.npy",
    ]


def test_only_the_folder_of_that_name_is_looked_into(students):
    students.scores("alice", "quarks_dnn", some_scores(1))
    np.save(students.folder / "alice" / "top_tagging" / "quarks_other.npy", some_scores(2))
    deeper = students.place("alice") / "deeper"
    deeper.mkdir()
    np.save(deeper / "quarks_deep.npy", some_scores(3))
    aside = {"alice: deeper": "rejected", "alice: quarks_other.npy": "misplaced"}
    assert outcome(students) == (["quarks_dnn.npy"], aside)


def test_any_layout_is_looked_through(tmp_path, students):
    place = students.folder / "submission_predictions"
    place.mkdir()
    np.save(place / "quarks_dnn.npy", some_scores(1))
    os.utime(place / "quarks_dnn.npy", (0, DEADLINE.timestamp() - 5))
    assert outcome(students)[0] == ["quarks_dnn.npy"]
    entries, _ = collect(place, N_JETS, DEADLINE)
    assert entries[0].handed_in == DEADLINE - timedelta(seconds=5)


@pytest.mark.parametrize(
    ("timestamp", "status"),
    [
        ("2026-07-01 12:00:00.000000 UTC", "counts"),
        ("2026-07-01 12:00:01 UTC", "late"),
        ("2026-07-01 14:00:00 +0200", "counts"),
        ("2026-07-01 12:30:00 +0000", "late"),
        ("2026-07-01 14:00:00 Europe/Berlin", "counts"),
        ("2026-07-01 14:00:01 Europe/Berlin", "late"),
        ("2026-07-01 14:00:00 CEST", "counts"),
        ("2026-07-01 08:00:01 EDT", "late"),
        ("\ufeff2026-07-01T14:00:01+02:00", "late"),
    ],
)
def test_the_time_that_nbgrader_noted_decides(students, timestamp, status):
    path = students.scores("alice", "quarks_dnn", some_scores(1), when=timestamp)
    os.utime(path, (0, 0) if status == "late" else (2e9, 2e9))
    expected = (["quarks_dnn.npy"], {}) if status == "counts" else ([], {"alice: quarks_dnn.npy": "late"})
    assert outcome(students) == expected


@pytest.mark.parametrize(
    "timestamp",
    [
        "yesterday",
        "2026-07-01 14:00:00 ../../etc/passwd",
        "2026-07-01 14:00:00 Europe",
        "2026-07-01 11:00:00",
        "2026-07-01T11:00:00",
        "2026-07-01 11:00:00 EST",
        "0001-01-01 00:00:00 +2300",
        "2026-99-99 14:00:00 UTC",
        "\u0662026-07-01 14:00:00 UTC",
        "x" * 1000,
    ],
)
def test_a_time_that_is_not_understood_is_asked_about(students, timestamp):
    path = students.scores("alice", "quarks_dnn", some_scores(1), when=timestamp)
    os.utime(path, (0, DEADLINE.timestamp() - 9))
    assert outcome(students) == ([], {"alice: quarks_dnn.npy": "rejected"})
    _, (file,) = collect(students.folder, N_JETS, DEADLINE)
    assert "timestamp.txt" in file.reason


def test_without_a_note_the_files_own_time_decides(students):
    path = students.scores("alice", "quarks_dnn", some_scores(1), when="")
    os.utime(path, (0, DEADLINE.timestamp() + 1))
    assert outcome(students) == ([], {"alice: quarks_dnn.npy": "late"})
    os.utime(path, (0, DEADLINE.timestamp()))
    assert outcome(students) == (["quarks_dnn.npy"], {})


def test_a_note_that_is_a_link_is_not_followed(students, tmp_path):
    path = students.scores("alice", "quarks_dnn", some_scores(1))
    note = path.parent.parent / "timestamp.txt"
    note.unlink()
    (tmp_path / "early").write_text("2020-01-01 00:00:00 UTC")
    note.symlink_to(tmp_path / "early")
    os.utime(path, (0, DEADLINE.timestamp() + 1))
    assert outcome(students) == ([], {"alice: quarks_dnn.npy": "late"})


def test_the_latest_version_of_a_network_counts(students):
    students.scores("alice", "quarks_dnn", some_scores(1), when="2026-07-01 09:00:00 UTC")
    students.scores("bob", "Quarks_DNN", some_scores(2), when="2026-07-01 11:00:00 UTC")
    students.scores("carol", "quarks_dnn", some_scores(3), when="2026-07-01 13:00:00 UTC")
    counted, others = outcome(students)
    assert counted == ["Quarks_DNN.npy"]
    assert others == {"alice: quarks_dnn.npy": "superseded", "carol: quarks_dnn.npy": "late"}


def test_the_same_scores_from_two_members_count_once_from_when_they_came_first(students):
    students.scores("bob", "quarks_dnn", some_scores(1), when="2026-07-01 11:00:00 UTC")
    students.scores("alice", "quarks_dnn", some_scores(1), when="2026-07-01 09:00:00 UTC")
    (entry,), (other,) = collect(students.folder, N_JETS, DEADLINE)
    assert (entry.student, entry.handed_in) == ("alice", datetime(2026, 7, 1, 9, tzinfo=UTC))
    assert (other.student, other.status) == ("bob", "repeated")


@pytest.mark.parametrize(
    "disguise",
    [lambda s: s, lambda s: s.astype(float), lambda s: 2 * s.astype(float) - 1, lambda s: np.exp(s.astype(float))],
    ids=["as it is", "another type", "rescaled", "bent"],
)
def test_a_copy_under_another_groups_name_is_noticed(students, disguise):
    students.scores("alice", "quarks_dnn", some_scores(1), when="2026-07-01 09:00:00 UTC")
    students.scores("mallory", "antiquarks_mine", disguise(some_scores(1)), when="2026-07-01 10:00:00 UTC")
    (entry,), (copy,) = collect(students.folder, N_JETS, DEADLINE)
    assert entry.file == "quarks_dnn.npy"
    assert "another group handed in the same order" in entry.remark
    assert (copy.file, copy.status) == ("antiquarks_mine.npy", "copy")
    assert "the same order as quarks_dnn.npy" in copy.reason


def test_a_group_may_hand_in_the_same_order_twice_and_an_inverted_order_is_no_copy(students):
    students.scores("alice", "quarks_dnn", some_scores(1))
    students.scores("alice", "quarks_again", some_scores(1))
    students.scores("bob", "gluons_dnn", -some_scores(1))
    counted, others = outcome(students)
    assert (len(counted), others) == (3, {})


def test_five_networks_of_a_group_count_in_order_of_time_then_name(students):
    for number, name in enumerate(["f", "e", "d", "c"]):
        students.scores("alice", f"quarks_{name}", some_scores(number), when="2026-07-01 11:00:00 UTC")
    for number, name in enumerate(["z", "y"], 10):
        students.scores("bob", f"QUARKS_{name}", some_scores(number), when="2026-07-01 10:00:00 UTC")
    counted, others = outcome(students)
    assert counted == ["QUARKS_y.npy", "QUARKS_z.npy", "quarks_c.npy", "quarks_d.npy", "quarks_e.npy"]
    assert others == {"alice: quarks_f.npy": "surplus"}


def test_linked_folders_are_listed_and_not_entered(students, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "submission_predictions"
    elsewhere.mkdir(parents=True)
    np.save(elsewhere / "quarks_dnn.npy", some_scores(1))
    (students.folder / "alice").mkdir()
    (students.folder / "alice" / "submission_predictions").symlink_to(elsewhere)
    (students.folder / "bob").symlink_to(elsewhere.parent)
    assert outcome(students) == ([], {"alice: submission_predictions": "rejected"})


def test_an_unreadable_folder_is_listed(students, monkeypatch):
    students.scores("alice", "quarks_dnn", some_scores(1))
    place = students.place("bob")
    real = os.scandir

    def scandir(path):
        if os.fspath(path) == str(place):
            raise PermissionError(13, "Permission denied", str(place))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert outcome(students) == (["quarks_dnn.npy"], {"bob: submission_predictions": "rejected"})


def test_a_flood_of_files_is_stemmed(students):
    place = students.place("alice")
    for number in range(MAX_FILES + 50):
        (place / f"quarks_{number:03}.npy").touch()
    _, aside = collect(students.folder, N_JETS, DEADLINE)
    assert len(aside) == MAX_FILES + 1
    assert f"holds {MAX_FILES + 50} files" in aside[0].reason


def test_names_are_fit_to_print(students):
    evil = [
        b"\xff\xfe_dnn.npy",
        b"\x1b[2J_dnn.npy",
        b"<script>_dnn.npy",
        "\u202egpj.npy".encode(),
        b"a" * 200 + b".npy",
    ]
    for name in evil:
        (students.place("<b>eve</b>") / os.fsdecode(name)).write_bytes(b"x")
    _, aside = collect(students.folder, N_JETS, DEADLINE)
    assert len(aside) == len(evil)
    for row in aside:
        assert (row.file + row.student + row.reason).isprintable()
        assert len(row.file) <= 80
    assert {"\\xff\\xfe_dnn.npy", "\\x1b[2J_dnn.npy", "\\u202egpj.npy"} < {row.file for row in aside}
    assert printable("Größe.npy") == "Größe.npy"
