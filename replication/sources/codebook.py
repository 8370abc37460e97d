"""The codebook: what every column of every processed table holds, written from the schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from replication.project.escape import markdown
from replication.sources.recipe import Recipe
from replication.sources.registry import Source
from replication.sources.schema import Column


def as_table(recipes: Iterable[Recipe]) -> pd.DataFrame:
    """One row a column of a processed table."""
    return pd.DataFrame(
        {
            "table": recipe.schema.table,
            "column": column.name,
            "kind": column.kind,
            "unit": column.unit,
            "key": "key" if column.name in recipe.schema.key else "",
            "missing": "may be missing" if column.missing else "never missing",
            "range": allowed_values(column),
            "meaning": column.meaning,
            "sources": " ".join(recipe.inputs),
        }
        for recipe in recipes
        for column in recipe.schema.columns
    )


def as_markdown(recipes: Iterable[Recipe], sources: Mapping[str, Source]) -> str:
    """The codebook as a page: a section a table, with the files behind it and their traps."""
    parts = ["# Codebook", "Made from the schemas and from `data/raw/SOURCES.toml`; do not edit."]
    for recipe in recipes:
        schema = recipe.schema
        keys = ", ".join(schema.key)
        parts += [f"## {schema.table}", f"{markdown(schema.title)}. One row for each {markdown(keys)}."]
        parts.append(_grid(recipe))
        if recipe.derived:
            parts.append(f"Made from the tables {markdown(', '.join(recipe.inputs))}.")
        else:
            parts += [_origin(sources[path]) for path in recipe.inputs]
    return "\n\n".join(parts) + "\n"


def allowed_values(column: Column) -> str:
    """The rule of a column in words: bounds, words or pattern."""
    rules = [_bounds(column.low, column.high)]
    rules += [f"{word}: {_bounds(low, high)}" for word, low, high in column.ranges]
    rules += [", ".join(column.allowed), column.pattern or ""]
    return "; ".join(rule for rule in rules if rule)


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f"at most {high:.15g}"
    return f"at least {low:.15g}" if high is None else f"{low:.15g} to {high:.15g}"


def _grid(recipe: Recipe) -> str:
    lines = ["| column | kind | unit | range | meaning |", "| --- | --- | --- | --- | --- |"]
    for column in recipe.schema.columns:
        kind = column.kind + (", may be missing" if column.missing else "")
        texts = (kind, column.unit, allowed_values(column), column.meaning)
        lines.append(f"| `{column.name}` | {' | '.join(map(markdown, texts))} |")
    return "\n".join(lines)


def _origin(source: Source) -> str:
    told = f"{source.citation} ({source.series}; {source.unit}; {source.coverage}.)"
    lines = [f"From `{source.path}`: {markdown(told)}", *(f"- {markdown(trap)}" for trap in source.traps)]
    return "\n".join(lines)
