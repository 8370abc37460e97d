"""What the tests of the ledger share."""

from __future__ import annotations

from pathlib import Path

import pytest

from replication.claims.claim_entries import Ledger
from replication.claims.read_ledger import read_ledger
from tests.support.claims_files import HEAD


@pytest.fixture
def ledger_of(tmp_path):
    """The function that reads a claims file from its text; a head goes before it."""

    def read(text: str, head: str = HEAD) -> Ledger:
        path: Path = tmp_path / "mine.toml"
        path.write_text(head + text, encoding="utf-8")
        return read_ledger(path)

    return read
