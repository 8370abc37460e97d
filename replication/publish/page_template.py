"""The door through which texts enter a page of several exhibits."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from replication.project.escape import without_control


def page_template(package: str, name: str) -> Template:
    """A template in which every text is escaped, and freed of what moves a cursor or turns the direction."""
    environment = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, finalize=_finalized
    )
    return environment.get_template(name)


def _finalized(value: object) -> object:
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return without_control(str(value)) if plain else value
