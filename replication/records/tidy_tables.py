"""The tidy tables of results: their columns, what tells rows apart, what two versions are compared in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tidy:
    """One table.

    Attributes
    ----------
    key : tuple of str
        What identifies a row, in the order in which a published cell names its record.
    numbers, texts : tuple of str
        What is compared between two versions.
    columns : tuple of str
        All of them, in the order in which they are written.
    """

    key: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


ESTIMATED = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")
OF_STUDIES = {
    "estimates": Tidy(
        key=("model", "error", "term"),
        numbers=ESTIMATED,
        texts=("kind",),
        columns=("study", "model", "error", "kind", "term", *ESTIMATED),
    ),
    "covariances": Tidy(
        key=("model", "error", "term", "with"),
        numbers=("value",),
        columns=("study", "model", "error", "term", "with", "value"),
    ),
    "models": Tidy(
        key=("model", "error", "name", "of"),
        numbers=("value",),
        columns=("study", "model", "error", "name", "of", "value"),
    ),
    "telemetry": Tidy(key=("model", "name"), columns=("study", "model", "name", "value")),  # never compared
    "statistics": Tidy(
        key=("statistic", "group", "period"),
        numbers=("value",),
        texts=("unit",),
        columns=("study", "statistic", "group", "period", "value", "unit"),
    ),
    "dropped_rows": Tidy(
        key=("model", "entity", "time"),
        texts=("cause",),
        columns=("study", "model", "entity", "time", "cause"),
    ),
}
CELLS = Tidy(("article", "table", "column", "term", "quantity"), ("ours",), ("text", "grade"))
TABLES = {**OF_STUDIES, "cells": CELLS}  # cells: of printed tables
