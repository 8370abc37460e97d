"""Whatever command meets a mistake in a study, it names the file once and then the place in it."""

from __future__ import annotations

import pytest

from replication.cli import main

HEAD = '[study]\nid = "own"\ntitle = "Own"\nentity = "land"\ntime = "year"\n'
MODEL = '[[models]]\nid = "m"\nformula = "y ~ x"\ncovariance = [{ kind = "clustered" }]\n'
CHOICE = '[[robustness.choices]]\nid = "which"\nwhere = ["year > 1"]\n'
CURVE = '[[robustness]]\nid = "c"\nmodel = "m"\nterm = "x"\n' + CHOICE
MISTAKES = {
    "a file elsewhere": (HEAD + 'data = "../../far.csv"\n' + MODEL, "study.data is '../../far.csv'; allowed"),
    "no such column": (HEAD + 'data = "own.csv"\n' + MODEL.replace("~ x", "~ x + w"), "models.m: column 'w'"),
    "no such estimator": (
        HEAD + 'data = "own.csv"\n' + MODEL + 'estimator = "olss"\n',
        "models.m.estimator: word 'olss'",
    ),
    "an outcome that is level": (
        HEAD + 'data = "own.csv"\n' + MODEL.replace("y ~", "0 * y ~"),
        "models.m: the outcome",
    ),
}
COMMANDS = (
    ["run"],
    ["explain"],
    ["crosscheck"],
    ["export", "--to", "r"],
    ["robustness", "--on", "here"],
    ["reconcile"],
)


# A study is explained before anything is estimated: what only estimating finds is not told then.
PAIRS = [
    (command, mistake)
    for command in COMMANDS
    for mistake in MISTAKES
    if (command[0], mistake) != ("explain", "an outcome that is level")
]


@pytest.mark.parametrize(
    ("command", "mistake"), PAIRS, ids=lambda each: each if isinstance(each, str) else each[0]
)
def test_the_file_is_named_once_and_then_the_place(tmp_path, monkeypatch, capsys, command, mistake):
    text, told = MISTAKES[mistake]
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{land},{year},{len(land) * year % 7},{year % 3}" for land in ("a", "bb", "ccc") for year in range(9)
    ]
    (tmp_path / "own.csv").write_text("land,year,y,x\n" + "\n".join(rows) + "\n")
    (tmp_path / "own.toml").write_text(text + CURVE)
    (tmp_path / "far").mkdir()
    more = ["m"] if command == ["reconcile"] else []
    assert main([command[0], "own.toml", *more, *command[1:]]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith(f"replicate: own.toml: {told}"), said
    assert said.count("own.toml") == said.count("models.m") + (mistake == "a file elsewhere") == 1, said
