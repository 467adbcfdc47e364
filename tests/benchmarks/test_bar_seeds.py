"""What the benchmarks of graded bars share: the bar in a test cell, and the seeds that reach it."""

import pytest

from benchmarks import bar_seeds, dihiggs, ntuple_experiment, top_tagging


@pytest.mark.parametrize(
    ("lesson", "notebook", "check", "name"),
    [
        (dihiggs.LESSON, dihiggs.NOTEBOOK, dihiggs.CHECK, "accuracy"),
        (ntuple_experiment.LESSON, ntuple_experiment.NOTEBOOK, ntuple_experiment.CHECK, "bar"),
        *((top_tagging.LESSON, notebook, f"{network}-check", "bar") for notebook, network in top_tagging.BARS.items()),
    ],
)
def test_the_bar_stands_in_the_test_cell(lesson, notebook, check, name):
    assert 0.3 < bar_seeds.graded_bar(lesson, notebook, check, name) < 1


def verdict(seed, spoiled):
    return (0.5 if spoiled else 0.7 + seed / 1000), ("too small" if spoiled else "")


def test_all_seeds_are_run_and_told(monkeypatch, capsys):
    monkeypatch.setattr(bar_seeds, "SEEDS", (3, 1))
    monkeypatch.setattr(bar_seeds, "SPOILED_SEEDS", (2,))
    passing, spoiled = bar_seeds.with_all_seeds(verdict, processes=2)
    assert (passing, spoiled) == ([(0.703, ""), (0.701, "")], [(0.5, "too small")])
    bar_seeds.print_areas("network", 0.6, passing, spoiled)
    said = capsys.readouterr().out
    assert "network: bar 0.6; 2 of 2 seeds pass, area 0.7010 to 0.7030, mean 0.7020, spread 0.0014" in said
    assert "0 of 1 pass, area 0.500\n  too small\n" in said
