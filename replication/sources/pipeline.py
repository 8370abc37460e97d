"""Raw files to processed tables: all of them or none, and the way back in."""

from __future__ import annotations

import io
import sysconfig
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from replication.errors import DataError, UserError, one_of
from replication.project.files import sha256, write_csv, write_parquet, write_text
from replication.project.fingerprint import cleaning_behind, code_behind, packages
from replication.project.lock import at_rest
from replication.project.places import PACKAGE, Project
from replication.project.progress import track
from replication.project.readback import AGAIN, MANIFEST, read_back, read_manifest
from replication.project.staging import Staging, write_manifest
from replication.sources import codebook
from replication.sources.load import recipes_of
from replication.sources.recipe import Recipe
from replication.sources.registry import Source, read, verify
from replication.sources.schema import DTYPES, Schema, conform

LIBRARIES = sysconfig.get_path("stdlib")


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
    """A processed table as it was made, checked against its schema again, sorted by its key.

    Raises
    ------
    DataError
        No such table, not made yet, changed since, or made under another schema.
    """
    recipes = recipes_of(project) if recipes is None else recipes
    schemas = {recipe.schema.table: recipe.schema for recipe in recipes}
    if name not in schemas:
        raise DataError(one_of("table", name, schemas))
    origin = f"data/processed/{name}.parquet"
    with at_rest(project.processed.parent):
        content = read_back(project.processed, f"{name}.parquet")
    table = pd.read_parquet(io.BytesIO(content))
    _same_types(table, schemas[name], origin)
    return conform(table, schemas[name], origin)


def sources_behind(name: str, recipes: Sequence[Recipe]) -> list[str]:
    """Raw files that a processed table is made from, directly or through other tables."""
    recipe = {entry.schema.table: entry for entry in recipes}[name]
    if not recipe.derived:
        return list(recipe.inputs)
    return [path for table in recipe.inputs for path in sources_behind(table, recipes)]


def raw_behind(project: Project, names: Sequence[str]) -> dict[str, str]:
    """Checksums of the raw files that processed tables were made from, as recorded when they were made.

    Raises
    ------
    DataError
        The record is missing or does not name a table.
    """
    if not names:
        return {}
    with at_rest(project.processed.parent):
        made = read_manifest(project.processed)
    absent = [name for name in names if name not in made.tables]
    if absent:
        raise DataError(f"data/processed/{MANIFEST}: does not name table {absent[0]}; {AGAIN}")
    return {path: made.raw[path] for name in names for path in made.tables[name]}


def _make(project: Project, recipe: Recipe, sources: Mapping[str, Source]) -> pd.DataFrame:
    for path in recipe.inputs:
        if path not in sources:
            raise DataError(one_of(f"table {recipe.schema.table}: raw file", path, sources))
    raw = {path: read(project, sources[path]) for path in recipe.inputs}
    origin = ", ".join(f"data/raw/{path}" for path in recipe.inputs)
    return conform(_built(recipe, raw, origin), recipe.schema, origin)


def _derive(recipe: Recipe, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    needed = {name: tables[name] for name in recipe.inputs}
    return conform(_built(recipe, needed, ", ".join(needed)), recipe.schema, recipe.schema.table)


def _built(recipe: Recipe, inputs: Mapping[str, pd.DataFrame], origin: str) -> pd.DataFrame:
    """What the recipe makes of its rows. It is the project's code: a line that fails is its author's."""
    try:
        return recipe.build(inputs)
    except (UserError, MemoryError, OSError):
        raise
    except Exception as problem:  # whatever its author's code does
        line = _authors_line(problem)
        if line is None:
            raise
        raise DataError(
            f"{origin}: table {recipe.schema.table} cannot be made of it: a column or a figure is not what "
            f"{line} counts on"
        ) from problem


def _authors_line(problem: Exception) -> str | None:
    """The innermost line that is neither a library's nor the program's own; None where it is our own."""
    for frame, line in reversed(list(traceback.walk_tb(problem.__traceback__))):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            return None
        if path.is_absolute() and not path.is_relative_to(LIBRARIES) and "site-packages" not in path.parts:
            return f"{path.name}, line {line},"
    return None


def _write(
    project: Project,
    tables: Mapping[str, pd.DataFrame],
    recipes: Sequence[Recipe],
    sources: Mapping[str, Source],
) -> None:
    """Write everything aside, with what each table rests on, and put it in place."""
    behind = {recipe.schema.table: sources_behind(recipe.schema.table, recipes) for recipe in recipes}
    registered = {path: source.sha256 for path, source in sources.items()}
    about = {
        "tables": {name: list(dict.fromkeys(paths)) for name, paths in behind.items()},
        "raw": {project.registry.name: sha256(project.registry), **registered},
        "code": {**cleaning_behind(project), **code_behind(__name__)},
        "packages": packages(),
    }
    with Staging(project.processed) as aside:
        for table, rows in tables.items():
            write_parquet(aside / f"{table}.parquet", rows)
        write_csv(aside / "codebook.csv", codebook.as_table(recipes))
        write_text(aside / "codebook.md", codebook.as_markdown(recipes, sources))
        write_manifest(aside, about)


def _same_types(table: pd.DataFrame, schema: Schema, origin: str) -> None:
    expected = {column.name: DTYPES[column.kind] for column in schema.columns}
    found = {str(name): str(dtype) for name, dtype in table.dtypes.items()}
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            raise DataError(
                f"{origin}: column {name} is {found.get(name, 'absent')}; "
                f"allowed: {expected.get(name, 'no such column')}; {AGAIN}"
            )
