"""What can be shown as a published table: in every format, on a screen, in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from replication.errors import StudyError, one_of
from replication.project.files import write_bytes, write_text
from replication.publish.exhibits import WRITERS
from replication.publish.formats import html_document, to_csv, to_markdown
from replication.publish.latex import to_latex
from replication.publish.table import Table
from replication.publish.typst import to_typst


class Shown(ABC):
    """Something with a table; `keys` are always those of `[[tables]]` in a study file."""

    @abstractmethod
    def published(self, **keys: Any) -> Table:
        """The table as it is published."""

    @abstractmethod
    def summary(self) -> str:
        """The same for a screen."""

    def to_latex(self, **keys: Any) -> str:
        r"""The table for `\input`; its document loads booktabs, array and, for a long one, longtable."""
        return to_latex(self.published(**keys))

    def to_html(self, **keys: Any) -> str:
        """The table as a page of its own."""
        return html_document(self.published(**keys))

    def to_markdown(self, **keys: Any) -> str:
        """The table in Markdown."""
        return to_markdown(self.published(**keys))

    def to_csv(self, **keys: Any) -> str:
        """The table as CSV, rounded as it is printed; full precision is in `table`."""
        return to_csv(self.published(**keys))

    def to_typst(self, **keys: Any) -> str:
        """The table in Typst."""
        return to_typst(self.published(**keys))

    def to_docx(self, path: str | Path, **keys: Any) -> Path:
        """Write the table as a Word document; returns its path."""
        from replication.publish.word import word_document  # its library takes long to load

        write_bytes(Path(path), word_document([self.published(**keys)]))
        return Path(path)

    def write(self, path: Path) -> None:
        """Write the table in the format that the name of a file ends in.

        Raises
        ------
        StudyError
            An ending that is none of them.
        """
        ending = path.suffix.lower().removeprefix(".")
        if ending == "docx":
            self.to_docx(path)
        elif ending in WRITERS:
            write_text(path, WRITERS[ending](self.published()))
        else:
            raise StudyError(
                f"{path.name}: {one_of('format', path.suffix, ['.docx', *(f'.{e}' for e in WRITERS)])}"
            )

    def __repr__(self) -> str:
        return self.summary()
