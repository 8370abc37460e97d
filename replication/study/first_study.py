"""A panel of a user -> a study file to begin from, which runs as it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
from replication.spec.entries import FileKeys
from replication.spec.entry import PART
from replication.study.one_fit import fit_one

REGRESSORS = 3  # of the first model
CLUSTERS = 2  # the least that errors can be clustered by
WITHIN = """
# The same within entities and periods: take the marks away.
# [[models]]
# id = "within"
# title = "Within"
# formula = {formula}
# effects = {effects}
# covariance = [{error}]
"""
PATH = re.compile(r"(?:(?:\.\.|[A-Za-z0-9_][A-Za-z0-9_.-]*)/){0,8}[A-Za-z0-9_][A-Za-z0-9_.-]*\.[a-z]+")


def first_study(
    path: Path,
    out: Path | None,
    entity: str | None,
    time: str | None,
    timed: bool = True,
    keys: FileKeys | None = None,
) -> tuple[Path, list[str]]:
    """Write a study of a user's panel, or, where it is not `timed`, of a cross-section; returns its path and
    what was seen in the file.

    Raises
    ------
    UserError
        A file that cannot be read or is no panel, no two columns of numbers, a study that is there already.
    """
    keys = keys or FileKeys()
    found = guessed_panel(read_user_table(path, keys), entity, time, timed)
    panel = found.panel
    name = re.sub(r"\W+", "_", path.stem, flags=re.ASCII).strip("_") or "panel"
    name = name if name[0].isalpha() else f"panel_{name}"
    target = new_file(out or Path(f"{name[:64]}.toml"))
    place = os.path.relpath(path, target.parent).replace(os.sep, "/")
    if not PATH.fullmatch(place):
        raise DataError(
            f"{path}: letters, digits, '_', '-' and '.' alone may stand in the name of a study's file"
        )
    seen = [panel.reading.line, f"panel: {found.why}", *(structure(panel) if timed else ())]
    seen += [f"no number yet: {why}" for why in _nearly_numbers(panel)]
    outcome, *regressors = _columns(
        panel, [part for made in found.joined.values() for part in PART.findall(made)]
    )
    head = {"data": place, **keys.model_dump(exclude_unset=True), "joined": dict(found.joined)}
    head |= {"entity": entity if not timed else panel.entity_name, "time": panel.time_name if timed else None}
    head = {key: value for key, value in head.items() if value}
    formula = _running(found.read, panel, head, outcome, regressors)
    write_text(target, _text(panel, (name[:64], target.name), head, formula, [outcome, *regressors], seen))
    return target, seen


def _columns(panel: Panel, parts: Sequence[str]) -> list[str]:
    """Columns of numbers that vary and are no key and no part of one."""
    keys = (panel.entity_name, panel.time_name, *panel.reading.added, *parts)
    named = panel.reading.named
    numbers = [
        str(name)
        for name, values in panel.table.items()
        if pd.api.types.is_numeric_dtype(values) and name not in keys and name not in named
    ]
    varied = [name for name in numbers if panel.table[name].nunique() > 1 and not _is_number(panel, name)]
    if len(varied) < 2:
        nearly = "".join(f"; {why}" for why in _nearly_numbers(panel)[:1])
        raise DataError(
            f"{panel.reading.origin}: has {len(varied)} columns of numbers that vary; a model needs two"
            f"{nearly}"
        )
    outcome = next((name for name in varied if panel.table[name].nunique() > 2), varied[0])
    others = [name for name in varied if name != outcome]
    return [show(Name(name)) for name in (outcome, *others)]


def _nearly_numbers(panel: Panel) -> list[str]:
    """Of columns of figures with a few signs for what is missing among them, how they become numbers."""
    return [why for why in panel.reading.why.values() if "missing = [" in why]


def _is_number(panel: Panel, name: str) -> bool:
    """Whether a column numbers the rows of a cross-section, as of respondents."""
    values = panel.table[name]
    return not panel.timed and pd.api.types.is_integer_dtype(values) and values.is_unique


def _running(
    read: Reading, panel: Panel, head: Mapping[str, Any], outcome: str, regressors: Sequence[str]
) -> str:
    """A formula that can be estimated on this panel, with as many regressors as it bears, up to three."""
    problem: UserError | None = None
    for count in range(min(REGRESSORS, len(regressors)), 0, -1):
        formula = f"{outcome} ~ {' + '.join(regressors[:count])}"
        try:
            fit_one(
                Project(Path()),
                read,
                {"title": "first", "entity": head.get("entity"), "time": head.get("time")},
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
    """Clustered by entity, where there are two entities and one has two rows."""
    several = CLUSTERS <= len(np.unique(panel.entity)) < len(panel.entity)
    return {"kind": "clustered", "cluster": ["entity"]} if several else {"kind": "hc1"}


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def _text(
    panel: Panel,
    names: tuple[str, str],
    head: Mapping[str, Any],
    formula: str,
    columns: Sequence[str],
    seen: Sequence[str],
) -> str:
    """The study file by its id and its own name, with comments on what was seen and may be changed."""
    name, file = names
    keys = "\n".join(f"{key} = {_toml(value)}" for key, value in head.items())
    effects = [role for role in ("entity", "time") if role in head]
    within = WITHIN.format(formula=_toml(formula), effects=_toml(effects), error=_toml(_error(panel)))
    comments = "\n".join(f"# {printable(line)}" for line in seen)
    outcome, shown = (json.dumps(each, ensure_ascii=False) for each in (columns[0], columns[:12]))
    return f"""{comments}
#
# Run it:      replicate run {file}
# Read it:     replicate explain {file}
# What else may stand here: docs/studies.md, or `replicate words`.

[study]
id = "{name}"
title = "{name}"
{keys}

[labels]                # words for tables
# {outcome} = "My outcome"

[[models]]
id = "pooled"
title = "Pooled"
formula = {_toml(formula)}
covariance = [{_toml(_error(panel))}]
{within if "time" in head else ""}
[[tables]]
id = "models"
title = "Models"
models = ["pooled"]

[[tables]]
id = "summary"
title = "Summary statistics"
summary = {shown}
"""
