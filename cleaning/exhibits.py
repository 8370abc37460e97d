"""What each text shows and where it stands here: its table, figure or scheme -> ours -> file -> status."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

RAW = "exhibits.csv"
FOLDERS = {
    "table": "results/current/{study}/tables/{id}.csv",
    "figure": "results/current/{study}/figures/{id}.svg",
    "template": "specs/templates/{id}.toml",
}
SCHEMA = Schema(
    table="exhibits",
    title="Tables, figures, schemes and arguments of the four texts, and where they stand here",
    columns=(
        Column("text", "text", "name", "study", allowed=("katada", "posen", "hatch", "matsumura")),
        Column("number", "integer", "1, 2, ...", "order of the list", low=1),
        Column("his", "text", "name", "what the author calls it, or what it is"),
        Column("title", "text", "words", "what it shows, in our words"),
        Column("place", "text", "place", "where it stands in the text"),
        Column("ours", "text", "kind and id", "our exhibit: table, figure or template", missing=True),
        Column("file", "text", "path", "its file after a run", missing=True),
        Column("status", "text", "word", "how far it is here", allowed=("reproduced", "partly", "lost")),
        Column("why", "text", "words", "what is missing, or why", missing=True),
    ),
    key=("number",),
)


def build(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The list with the file of each of our exhibits; a kind that has no folder leaves the file missing."""
    rows = raw[RAW]
    files = [_file(study, ours) for study, ours in zip(rows["text"], rows["ours"], strict=True)]
    return rows.assign(file=pd.array(files, dtype="str"))


def _file(study: str, ours: str) -> str | None:
    kind, _, name = ("" if pd.isna(ours) else ours).partition(" ")
    return FOLDERS[kind].format(study=study, id=name) if kind in FOLDERS else None


RECIPES: tuple[Recipe, ...] = (Recipe(SCHEMA, (RAW,), build),)
