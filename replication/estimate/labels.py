"""What an entity is called in a message or in the name of a coefficient."""

from __future__ import annotations

from collections.abc import Iterable

from replication.errors import few
from replication.estimate.design import Design

SHOWN = 8
"""Names after which a list in a message is cut."""


def entity_name(design: Design, code: int) -> str:
    """The entity's label, or its code where the design has no labels."""
    return str(design.entity_labels[code]) if design.entity_labels else f"entity {code}"


def entity_list(design: Design, codes: Iterable[int]) -> str:
    """The names of some entities, the first few of many."""
    return few((entity_name(design, int(code)) for code in codes), SHOWN)
