"""Where the figures of a drawing come from, in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from replication.errors import StudyError, one_of
from replication.project.places import Project
from replication.sources import registry
from replication.sources.load import recipes_of
from replication.sources.pipeline import sources_behind
from replication.spec.entries import FigureSpec, Study
from replication.spec.entry import model_named

FEW = 4  # publishers that a line names
OWN = "this package"


def source_line(project: Project, study: Study, spec: FigureSpec) -> str:
    """`Source: Bank of Japan.`, or how many files and publishers where they are many; "" for a user's file.

    Raises
    ------
    StudyError
        `sources` of the figure names no processed table.
    """
    recipes = recipes_of(project)
    made = {recipe.schema.table for recipe in recipes}
    for name in spec.sources:
        if name not in made:
            raise StudyError(f"sources: {one_of('table', name, made)}")
    tables = [table for table in _tables(study, spec) if table in made]
    files = dict.fromkeys(path for table in tables for path in sources_behind(table, recipes))
    known = registry.load(project) if files else {}
    return _told([known[path] for path in files])


def _tables(study: Study, spec: FigureSpec) -> Sequence[str]:
    """Processed tables that a figure is drawn from: those that it names, or all that it reads."""
    if spec.sources:
        return spec.sources
    read: Mapping[str, str] = {entry.id: entry.table for entry in study.statistics}
    models = set(map(model_named, spec.models))
    panels = [model.data or study.study.data for model in study.models if model.id in models]
    of_models = [study.study.data] if any(name not in read for name in spec.statistics) else []
    found = [*(read.get(name) for name in spec.statistics), *panels, *of_models, spec.table, spec.actors]
    return list(dict.fromkeys(table for table in found if table))


def _told(files: Sequence[registry.Source]) -> str:
    named = [name.strip() for file in files for name in file.publisher.split(";")]
    publishers = [name for name in dict.fromkeys(named) if name != OWN]
    if not publishers:
        return ""
    if len(publishers) > FEW:
        count = f"{len(files)} file{'s' * (len(files) > 1)} by {len(publishers)} publishers"
        return f"Sources: {count}, listed under the data of the study."
    return f"{'Source' if len(publishers) == 1 else 'Sources'}: {'; '.join(publishers)}."
