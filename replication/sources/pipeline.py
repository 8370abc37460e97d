"""Raw files to processed tables: all of them or none, and the way back in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from replication.errors import DataError, one_of
from replication.project.files import sha256, write_csv, write_parquet, write_text
from replication.project.fingerprint import code_behind, packages
from replication.project.lock import folder_aside
from replication.project.places import Project
from replication.project.progress import track
from replication.sources import codebook
from replication.sources.load import cleaning_files, recipes_of
from replication.sources.recipe import Recipe
from replication.sources.registry import Source, read, verify
from replication.sources.schema import DTYPES, Schema, conform

MANIFEST = "manifest.json"


def clean_all(project: Project, recipes: Sequence[Recipe] | None = None) -> dict[str, pd.DataFrame]:
    """Make every processed table and the codebook; returns the tables by name.

    All tables are built and checked in memory, and only then written, so that an error leaves
    data/processed as it was.

    Raises
    ------
    DataError
        As `build_all`, or a folder that cannot be written.
    """
    recipes = recipes_of(project) if recipes is None else recipes
    tables, sources = build_all(project, recipes)
    try:
        _write(project, tables, recipes, sources)
    except OSError as error:
        raise DataError(f"data/processed cannot be written: {error.strerror or error}") from None
    return tables


def build_all(
    project: Project, recipes: Sequence[Recipe] | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Source]]:
    """Every processed table by name, and the sources that they were made from, after all were verified.

    Raises
    ------
    DataError
        A raw file that does not match its record, or a figure that breaks its schema.
    """
    recipes = recipes_of(project) if recipes is None else recipes
    sources = verify(project)
    tables: dict[str, pd.DataFrame] = {}
    for recipe in track(recipes, "tables"):
        made = _derive(recipe, tables) if recipe.derived else _make(project, recipe, sources)
        tables[recipe.schema.table] = made
    return tables, sources


def read_table(project: Project, name: str, recipes: Sequence[Recipe] | None = None) -> pd.DataFrame:
    """A processed table, checked against its schema again, sorted by its key.

    Raises
    ------
    DataError
        No such table, not made yet, not parquet, or made under another schema.
    """
    recipes = recipes_of(project) if recipes is None else recipes
    schemas = {recipe.schema.table: recipe.schema for recipe in recipes}
    if name not in schemas:
        raise DataError(one_of("table", name, schemas))
    origin = f"data/processed/{name}.parquet"
    try:
        table = pq.read_table(project.processed / f"{name}.parquet").to_pandas()
    except FileNotFoundError:
        raise DataError(f"{origin}: missing; clean the raw data first (make data)") from None
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{origin}: cannot be read: {error}") from None
    _same_types(table, schemas[name], origin)
    return conform(table, schemas[name], origin)


def sources_behind(name: str, recipes: Sequence[Recipe]) -> list[str]:
    """Raw files that a processed table is made from, directly or through other tables."""
    recipe = {entry.schema.table: entry for entry in recipes}[name]
    if not recipe.derived:
        return list(recipe.inputs)
    return [path for table in recipe.inputs for path in sources_behind(table, recipes)]


def table_code(project: Project) -> dict[str, str]:
    """Checksums of what makes processed tables: the package's modules, and the project's own."""
    own = {f"cleaning/{path.name}": sha256(path) for path in cleaning_files(project)}
    return {**own, **code_behind(__name__)}


def raw_behind(project: Project, names: Sequence[str]) -> dict[str, str]:
    """Checksums of the raw files that processed tables were made from, as recorded when they were made.

    Raises
    ------
    DataError
        The record is missing or does not name a table.
    """
    if not names:
        return {}
    try:
        made = json.loads((project.processed / MANIFEST).read_text(encoding="utf-8"))["tables"]
        return {path: checksum for name in names for path, checksum in made[name]["raw"].items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"data/processed/{MANIFEST}: cannot be read ({error}); clean the raw data again (make data)"
        ) from None


def _make(project: Project, recipe: Recipe, sources: Mapping[str, Source]) -> pd.DataFrame:
    for path in recipe.inputs:
        if path not in sources:
            raise DataError(one_of(f"table {recipe.schema.table}: raw file", path, sources))
    raw = {path: read(project, sources[path]) for path in recipe.inputs}
    origin = ", ".join(f"data/raw/{path}" for path in recipe.inputs)
    return conform(_built(recipe, raw, origin), recipe.schema, origin)


def _built(recipe: Recipe, raw: Mapping[str, pd.DataFrame], origin: str) -> pd.DataFrame:
    """What the recipe makes of raw rows; a file without the columns it counts on is refused."""
    try:
        return recipe.build(raw)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as problem:
        raise DataError(
            f"{origin}: is not what table {recipe.schema.table} is made from "
            f"({type(problem).__name__}: {problem}); a column is missing, or it is another file"
        ) from None


def _derive(recipe: Recipe, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return conform(
        recipe.build({name: tables[name] for name in recipe.inputs}), recipe.schema, recipe.schema.table
    )


def _write(
    project: Project,
    tables: Mapping[str, pd.DataFrame],
    recipes: Sequence[Recipe],
    sources: Mapping[str, Source],
) -> None:
    """Write everything into a folder beside the outputs, then rename each file into its place."""
    folder = project.processed
    with folder_aside(folder) as aside:
        for table, rows in tables.items():
            write_parquet(aside / f"{table}.parquet", rows)
        write_csv(aside / "codebook.csv", codebook.as_table(recipes))
        write_text(aside / "codebook.md", codebook.as_markdown(recipes, sources))
        write_text(aside / MANIFEST, _manifest(project, aside, recipes, sources))
        folder.mkdir(parents=True, exist_ok=True)
        for made in sorted(aside.iterdir()):
            made.replace(folder / made.name)


def _manifest(
    project: Project, folder: Path, recipes: Sequence[Recipe], sources: Mapping[str, Source]
) -> str:
    """What each table rests on and its checksum, so that `replicate why` can tell what changed."""
    made = {
        recipe.schema.table: {
            "sha256": sha256(folder / f"{recipe.schema.table}.parquet"),
            "raw": {path: sources[path].sha256 for path in sources_behind(recipe.schema.table, recipes)},
        }
        for recipe in recipes
    }
    about = {"tables": made, "code": table_code(project), "packages": packages()}
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def _same_types(table: pd.DataFrame, schema: Schema, origin: str) -> None:
    expected = {column.name: DTYPES[column.kind] for column in schema.columns}
    found = {str(name): str(dtype) for name, dtype in table.dtypes.items()}
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            raise DataError(
                f"{origin}: column {name} is {found.get(name, 'absent')}; "
                f"allowed: {expected.get(name, 'no such column')}; clean the raw data again (make data)"
            )
