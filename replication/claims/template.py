"""The claims file that `replicate claims new` writes: every key once, with a word on each."""

from __future__ import annotations

from pathlib import Path

from replication.errors import StudyError
from replication.project.files import write_text

TEMPLATE = """\
# The claims of one text. Evaluate it with: replicate claims check FILE --data FOLDER
# FOLDER holds your recorded figures, one CSV file a table, a heading in its first line.
# The guide is docs/claims.md.

[text]
id = "mine"
title = "Title of the text"
author = "Author"
year = 2000
citation = "Author (2000), Title of the text."

# One [[claims]] a figure that the text states. This one is computed from another figure of the text.
[[claims]]
id = "total"                          # a letter, then letters, digits and _
place = "Section 1, paragraph 2"      # where the text says it
claim = "The whole came to 40 billion dollars"   # in your own words
# kind: level share growth multiple count rank amount date order sum consistency
kind = "amount"
stated = { value = 40, unit = "billion US$", words = "$40 billion" }
missing = "The series behind the total; the yearbook has it"   # no computation: say what is missing

[[claims]]
id = "half"
place = "Section 1, paragraph 3"
claim = "About half of it was loans"
kind = "share"
# low and high are the ends of what the wording leaves open; leave one out for "more than", "at most"
stated = { value = 50, low = 45, high = 55, unit = "percent", words = "about half" }

[[claims.readings]]
basis = "document"                    # the text's own figures; "data" if they are recorded elsewhere
# label = "as printed"                # name the readings where a claim has several
# kind = "vintage"                    # readings that differ in the edition of a series alone
compute = "100 * loans / whole"       # + - * / ^ == < <= > >= and or not in ( ) log abs min max
inputs.loans = { claim = "loans" }    # what another claim of this file states
inputs.whole = { claim = "total" }
# A figure of a table: the file figures.csv, one row of it, the column amount, rounded to a tenth.
# inputs.loans = { table = "figures", where = "name == 'loans'", take = "amount", half_width = 0.05 }
# Several rows: by = "sum" (or mean min max first last count). Ends in columns: low = "low", high = "high".
# A date: date = true.

[[claims]]
id = "loans"
place = "Section 1, paragraph 4"
claim = "Loans were 21 billion dollars"
kind = "amount"
stated = { value = 21, unit = "billion US$", words = "$21 billion" }
missing = "The series of loans"
# soft = "an idiom"                   # wording that cannot be held to a number
# same_as = ["total"]                 # the claim that states the same fact ("text:id" for another text)
# exhibit = "table-mine-loans"        # table or figure of the report that decides it

# What several claims state together: sum (they add up to total), totals (an amount, its share, a further
# amount, its share, ...: one whole), order (they do not fall), multiples (a series over each base year).
# [[checks]]
# id = "shares"
# kind = "sum"
# title = "Shares add up to a hundred"
# claims = ["half", "other_half"]
# total = 100
"""


def write_template(path: Path) -> None:
    """Write a commented claims file to begin from.

    Raises
    ------
    StudyError
        There is a file of that name already.
    """
    if path.exists() or path.is_symlink():
        raise StudyError(f"{path}: there is such a file already; nothing was written")
    write_text(path, TEMPLATE)
