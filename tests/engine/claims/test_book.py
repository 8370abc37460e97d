"""A text with the cells of its printed tables: every cell is a claim of its own."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.claims.book import evaluate_on
from replication.claims.recorded import Recorded, TableId
from replication.errors import StudyError
from tests.support.claims_files import CLAIM

CELLS = """
[[cells]]
id = "t"
place = "Table 1"
claim = "Loans"
kind = "amount"
table = "printed"
where = "region == 'Asia'"
over = "year"
take = "loans"
decimals = 1
unit = "billion yen"
missing = "the yearbook"
"""
ROWS = pd.DataFrame(
    {
        "region": ["Asia", "Asia", "Asia", "World"],
        "year": [1980, 1981, 1982, 1980],
        "loans": [79.1, 77.0, None, 9.0],
    }
)


def text(ledger_of, rows: pd.DataFrame = ROWS, cells: str = CELLS):
    return evaluate_on(
        ledger_of(CLAIM + 'missing = "x"\n' + cells), {TableId("printed"): Recorded(rows, ("region", "year"))}
    )


def test_every_cell_is_a_claim_with_its_place_and_its_rounding(ledger_of):
    found = [outcome for outcome in text(ledger_of).outcomes if outcome.claim.id != "share"]
    assert [(o.claim.id, o.claim.place, o.claim.claim) for o in found] == [
        ("t_1980", "Table 1, 1980", "Loans, 1980"),
        ("t_1981", "Table 1, 1981", "Loans, 1981"),  # an empty cell is no claim
    ]
    assert (found[1].stated.low, found[1].stated.high) == (76.95, 77.05)
    assert {outcome.verdict for outcome in found} == {"not checkable"}


def test_cells_that_cannot_be_had(ledger_of):
    with pytest.raises(
        StudyError, match="cells.t: table printed: column 'loan' is not known; .*mean 'loans'"
    ):
        text(ledger_of, cells=CELLS.replace('"loans"', '"loan"'))
    with pytest.raises(StudyError, match="claims and cells: the id 't_1980' stands twice"):
        text(ledger_of, cells=CELLS.replace("where = \"region == 'Asia'\"\n", ""))
