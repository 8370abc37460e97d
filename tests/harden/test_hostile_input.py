"""A seeded sample of what `make harden` tries by the hundred, and the looks for trouble themselves."""

from __future__ import annotations

import pytest

from tests.harden import parts, watch
from tests.harden.call import guarded
from tests.harden.crash import small_project
from tests.harden.injection import run_by_a_reader
from tests.harden.tampered import whole_project
from tests.harden.watch import CANARY
from tests.support.repository import HERE

SEED = 11


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A made-up project with everything made; not to be written to."""
    return whole_project(tmp_path_factory.mktemp("whole") / "project")


@pytest.fixture(scope="module", autouse=True)
def listening():
    watch.start()


def test_hostile_studies_are_refused_or_harmless(tmp_path):
    counts, faults = parts.studies(50, SEED, tmp_path / "studies")
    assert faults == []
    assert counts.total() == 50 and counts["refused"] > 25


def test_broken_raw_files_are_refused_in_one_line(tmp_path):
    _, faults = parts.raw(50, SEED, tmp_path / "raw", HERE)
    assert faults == []


def test_damaged_panels_are_refused_in_one_line(tmp_path):
    counts, faults = parts.panels(16, SEED, tmp_path / "panels")
    assert faults == []
    assert counts["refused"] > 4


def test_hostile_words_are_inert_where_they_are_published(tmp_path):
    counts, faults = parts.words(5, SEED, tmp_path / "words")
    assert faults == []
    assert counts["published, inert"] == 5


def test_killed_runs_full_disks_and_runs_at_once(tmp_path):
    small = small_project(HERE, tmp_path / "project")
    assert parts.kills(4, SEED, small)[1] == []
    assert parts.races(1, SEED, small)[1] == []


def test_freezes_and_deposits_are_there_whole_or_not_at_all(tmp_path, whole):
    assert parts.commands_killed(3, SEED, whole, tmp_path / "project")[1] == []


def test_everything_that_is_stopped_is_made_whole_by_the_next(tmp_path, whole):
    assert parts.stops(4, SEED, whole, tmp_path / "project")[1] == []


def test_an_interrupt_is_told_in_one_line(whole):
    assert parts.interrupts(3, SEED, whole)[1] == []


def test_a_flipped_bit_is_refused_or_harmless(tmp_path, whole):
    counts, faults = parts.bits(20, SEED, whole, tmp_path / "bits")
    assert faults == []
    assert counts["refused"] > 5 and counts["used"] == 0


@pytest.mark.parametrize("target", ["all", "deposit"])
def test_what_is_stale_or_tampered_is_noticed_by_make(tmp_path, whole, target):
    # One that is mended, one that changes results, one that is refused: test_remake.py has them all, by the
    # same commands in one process.
    counts, faults = parts.scenes(target, whole, tmp_path / "scenes", 0.05)
    assert faults == []
    assert counts.total() == 3


def test_no_name_of_a_file_is_a_word_of_the_shell(tmp_path, whole):
    assert parts.names(whole, tmp_path / "names", 0.1)[1] == []


def test_nothing_waits_for_a_pipe(tmp_path, whole):
    assert parts.pipes(whole, tmp_path / "pipes", 0.2)[1] == []


def test_what_is_in_the_way_of_results_stays_as_it_was(tmp_path):
    assert parts.in_the_way(tmp_path / "way")[1] == []


def test_ragged_panels_are_refused_or_read_as_an_independent_reader_does(tmp_path):
    counts, faults = parts.uneven(100, SEED, tmp_path / "ragged")
    assert faults == []
    assert min(counts.values()) > 20


def test_hostile_registries_and_claims_are_refused_in_one_line(tmp_path, whole):
    assert parts.other_files(20, SEED, whole, tmp_path / "files")[1] == []


def test_numbers_at_their_extremes_take_little(tmp_path):
    assert parts.extremes(tmp_path / "numbers", HERE, 0.02)[1] == []


def test_the_watch_sees_what_leaves_the_folder(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out.txt"
    inside.mkdir()
    assert guarded(lambda: (inside / "a").write_text("x"), inside) == (None, [])
    assert guarded(lambda: outside.write_text("x"), inside)[1] == [f"outside the folder: changed {outside}"]
    assert guarded(outside.read_text, inside)[1] == [f"outside the folder: read {outside}"]
    assert "compile" in guarded(lambda: compile(f"{CANARY} = 1", "x", "exec"), inside)[1][0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", f"<p onclick='{CANARY}()'>x</p>"),
        ("a.html", "<script>1</script>"),
        ("a.csv", f"label,1\n={CANARY},2\n"),
        ("a.tex", rf"\begin{{table}} \input{{{CANARY}}}"),
        ("a.md", f"| <img alt={CANARY}> |"),
        ("a.svg", f"<svg><a href='javascript:{CANARY}'/></svg>"),
    ],
)
def test_the_looks_find_what_a_reader_would_run(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert run_by_a_reader(tmp_path)
