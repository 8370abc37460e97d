"""A panel of a user -> a study file to begin from, which runs as it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from replication.errors import DataError, UserError, printable
from replication.language.nodes import Name, show
from replication.panel.guess import guessed_panel, structure
from replication.panel.panel import Panel
from replication.panel.read_table import read_user_table
from replication.panel.reading import Reading
from replication.project.files import write_text
from replication.project.places import Project
from replication.project.staging import new_file
from replication.study.one_fit import fit_one

REGRESSORS = 3  # of the first model
CLUSTERS = 2  # the least that errors can be clustered by
PATH = re.compile(r"(?:(?:\.\.|[A-Za-z0-9_][A-Za-z0-9_.-]*)/){0,8}[A-Za-z0-9_][A-Za-z0-9_.-]*\.[a-z]+")


def first_study(path: Path, out: Path | None, entity: str | None, time: str | None) -> tuple[Path, list[str]]:
    """Write a study of a user's panel; returns its path and what was seen in the file.

    Raises
    ------
    UserError
        A file that cannot be read or is no panel, no two columns of numbers, a study that is there already.
    """
    read = read_user_table(path)
    panel, why = guessed_panel(read, entity, time)
    name = re.sub(r"\W+", "_", path.stem, flags=re.ASCII).strip("_") or "panel"
    name = name if name[0].isalpha() else f"panel_{name}"
    target = new_file(out or Path(f"{name[:64]}.toml"))
    place = os.path.relpath(path, target.parent).replace(os.sep, "/")
    if not PATH.fullmatch(place):
        raise DataError(
            f"{path}: letters, digits, '_', '-' and '.' alone may stand in the name of a study's file"
        )
    seen = [panel.reading.line, f"panel: {why}", *structure(panel)]
    outcome, *regressors = _columns(panel)
    formula = _running(read, panel, outcome, regressors)
    write_text(target, _text(panel, name[:64], place, formula, [outcome, *regressors], seen))
    return target, seen


def _columns(panel: Panel) -> list[str]:
    """Columns of numbers that vary, those with fewest gaps first."""
    keys = (panel.entity_name, panel.time_name)
    named = panel.reading.named
    numbers = [
        str(name)
        for name, values in panel.table.items()
        if pd.api.types.is_numeric_dtype(values) and name not in keys and name not in named
    ]
    varied = [name for name in numbers if panel.table[name].nunique() > 1]
    if len(varied) < 2:
        raise DataError(
            f"{panel.reading.origin}: has {len(varied)} columns of numbers that vary; a model needs two"
        )
    outcome = next((name for name in varied if panel.table[name].nunique() > 2), varied[0])
    others = [name for name in varied if name != outcome]
    return [show(Name(name)) for name in (outcome, *others)]


def _running(read: Reading, panel: Panel, outcome: str, regressors: Sequence[str]) -> str:
    """A formula that can be estimated on this panel, with as many regressors as it bears, up to three."""
    problem: UserError | None = None
    for count in range(min(REGRESSORS, len(regressors)), 0, -1):
        formula = f"{outcome} ~ {' + '.join(regressors[:count])}"
        try:
            fit_one(
                Project(Path()),
                read,
                {"title": "first", "entity": panel.entity_name, "time": panel.time_name},
                {"formula": formula, "covariance": [_error(panel)]},
                {},
                {},
            )
        except UserError as found:
            problem = found
        else:
            return formula
    raise DataError(f"{panel.reading.origin}: no first model can be estimated: {problem}")


def _error(panel: Panel) -> dict[str, object]:
    return (
        {"kind": "clustered", "cluster": ["entity"]}
        if len(np.unique(panel.entity)) >= CLUSTERS
        else {"kind": "hc1"}
    )


def _text(
    panel: Panel, name: str, place: str, formula: str, columns: Sequence[str], seen: Sequence[str]
) -> str:
    """The study file, its comments telling what was seen and what could be changed."""
    error = ", ".join(f"{key} = {json.dumps(value)}" for key, value in _error(panel).items())
    comments = "\n".join(f"# {printable(line)}" for line in seen)
    outcome, shown = (json.dumps(each, ensure_ascii=False) for each in (columns[0], columns[:12]))
    return f"""{comments}
#
# Run it:      replicate run {name}.toml
# Read it:     replicate explain {name}.toml
# What else may stand here: docs/studies.md, or `replicate words`.

[study]
id = "{name}"
title = "{name}"
data = "{place}"
entity = {json.dumps(panel.entity_name, ensure_ascii=False)}
time = {json.dumps(panel.time_name, ensure_ascii=False)}

[labels]                # words for tables
# {outcome} = "My outcome"

[[models]]
id = "pooled"
title = "Pooled"
formula = {json.dumps(formula, ensure_ascii=False)}
covariance = [{{ {error} }}]

# The same within entities and periods: take the marks away.
# [[models]]
# id = "within"
# title = "Within"
# formula = {json.dumps(formula, ensure_ascii=False)}
# effects = ["entity", "time"]
# covariance = [{{ {error} }}]

[[tables]]
id = "models"
title = "Models"
models = ["pooled"]

[[tables]]
id = "summary"
title = "Summary statistics"
summary = {shown}
"""
