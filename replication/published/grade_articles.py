"""All files of printed tables -> graded cells, counts and tables, put in place together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from replication.errors import DataError, StudyError
from replication.project.files import sha256, write_csv, write_parquet, write_text
from replication.project.fingerprint import code_behind
from replication.project.places import Project
from replication.project.readback import MANIFEST
from replication.project.staging import Staging, write_manifest
from replication.project.strict import located
from replication.publish.exhibits import write_tables
from replication.publish.graded_tables import graded_tables
from replication.published.graded_article import counts_of, grade_article
from replication.published.read_article import cells_file, read_article
from replication.records.records import made_from, read_records
from replication.spec.article_entries import Article

READ = ("estimates.parquet", "models.parquet", "accounts.json")  # of a study, that a grade rests on
Graded = tuple[Article, pd.DataFrame]


def grade_articles(project: Project) -> list[Graded]:
    """Grade every `published/*.toml` and write `results/current/published`.

    Raises
    ------
    UserError
        No such file, or anything wrong with one, its cells or the results that it names; the old grades
        stay then.
    """
    paths = project.published_files
    if not paths:
        raise DataError(
            f"{project.published}: no file of printed tables; docs/published.md says how one is written"
        )
    found = [grade_file(project, path) for path in paths]
    _check_ids(paths, found)
    cells = pd.concat([each for _, each in found], ignore_index=True)
    with Staging(project.graded) as staging:
        for name, frame in (("cells", cells), ("counts", counts_of(cells))):
            write_csv(staging / f"{name}.csv", frame)
            write_parquet(staging / f"{name}.parquet", frame)
        for path, (article, _) in zip(paths, found, strict=True):
            write_text(staging / f"{article.article.id}.toml", path.read_text(encoding="utf-8-sig"))
        write_tables([table for each in found for table in graded_tables(*each)], staging)
        write_manifest(staging, _about(project, paths, found))
    return found


def grade_file(project: Project, path: Path) -> Graded:
    """The printed tables of one file, and their cells graded against the study's current results.

    Raises
    ------
    UserError
        Anything wrong with the file or its cells; no results of the study.
    """
    article, rows = read_article(path)
    folder = project.current / article.article.study
    if not (folder / MANIFEST).is_file():
        study = article.article.study
        raise DataError(f"{path.name}: article.study: {study} has no results; run it first (replicate run)")
    return article, located(path.name, grade_article, article, rows, read_records(folder))


def _check_ids(paths: list[Path], found: list[Graded]) -> None:
    known: dict[str, Path] = {}
    for path, (article, _) in zip(paths, found, strict=True):
        other = known.setdefault(article.article.id, path)
        if other != path:
            raise StudyError(f"{path.name}: article.id {article.article.id!r} is that of {other.name} too")


def _about(project: Project, paths: list[Path], found: list[Graded]) -> dict:
    """What the grades rest on: the files, their cells, the records of the studies, the program."""
    files = [file for path in paths for file in (path, cells_file(path))]
    studies = sorted({article.article.study for article, _ in found})
    records = [f"{study}/{name}" for study in studies for name in READ]
    return {
        "published": {file.name: sha256(file) for file in files},
        "results": {name: sha256(project.current / name) for name in records},
        **made_from(project, [], code_behind(__name__)),
    }
