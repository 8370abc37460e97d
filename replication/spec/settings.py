"""What a project says once for all of its studies: [tool.replication] in its pyproject.toml."""

from __future__ import annotations

from replication.project.places import Project
from replication.project.strict import entry, read_toml, validated
from replication.spec.entry import Entry, Name, Text

TABLE = "tool.replication"


class Settings(Entry):
    """The title of the report, and the columns that tell entity and time where a study names none."""

    title: Text = "Results"
    entity: Name | None = None
    time: Name | None = None


def settings_of(project: Project) -> Settings:
    """The project's settings; what it does not say is left at its default.

    Raises
    ------
    StudyError
        A pyproject.toml that is no TOML, an unknown key, a value of the wrong kind.
    """
    path = project.root / "pyproject.toml"
    if not path.is_file():
        return Settings()
    content = entry(read_toml(path), "tool", "replication")
    return validated({} if content is None else content, Settings, f"{path.name}, [{TABLE}]")
