"""What may be done with the figures of a source: use here, redistribution, the name of the licence."""

from __future__ import annotations

from dataclasses import dataclass

from replication.sources.registry import Source


@dataclass(frozen=True)
class Rights:
    """What a licence, as recorded, comes to.

    Attributes
    ----------
    name : str
        Identifier of the licence for metadata: SPDX, or a word of the Open Definition's list.
    address : str
        Where the licence can be read, or empty.
    use, redistribute : str
        One phrase each.
    """

    name: str
    address: str
    use: str
    redistribute: str


CC_BY = Rights("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "yes", "yes, with the citation")
CC0 = Rights("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "yes", "yes")
PUBLIC = Rights("other-pd", "", "yes, public domain in the United States", "yes")
FACTS = Rights(
    "notspecified", "", "yes, single figures as facts", "figures as facts with their place, no text"
)
SILENT = Rights(
    "notspecified", "", "yes", "no licence stated where read: figures as facts, with the citation"
)


def rights(source: Source) -> Rights:
    """The rights in a source's figures by the licence that the registry records.

    A licence that is not among those known falls under the most careful reading.
    """
    licence = source.licence.lower()
    if licence.startswith("cc by 4.0"):
        return CC_BY
    if licence.startswith("cc0"):
        return CC0
    if "work of the us government" in licence or "works of the us government" in licence:
        return PUBLIC
    return FACTS if "facts" in licence else SILENT
