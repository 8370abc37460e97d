"""The claims file that `replicate claims new` writes: every key once, with a word on each."""

from __future__ import annotations

from pathlib import Path

from replication.project.files import write_text
from replication.project.staging import new_file

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

# One [[claims]] a figure that the text states. This one cannot be computed from anything at hand.
[[claims]]
id = "total"                          # a letter, then letters, digits and _
place = "Section 1, paragraph 2"      # where the text says it; a quotation belongs to the paragraph before it
claim = "The whole came to 40 billion dollars"   # in your own words
# kind: level share growth multiple count rank amount date order sum consistency
kind = "amount"
stated = { value = 40, unit = "billion US$", words = "$40 billion" }
missing = "The series behind the total; the yearbook has it"   # no computation: say what is missing

# This one is computed from other figures of the text. The printed words decide what is left open: the table
# of docs/claims.md gives "about half" an eighth either way. Depart from it with low, high, deviates = "why".
[[claims]]
id = "half"
place = "Section 1, paragraph 3"
claim = "About half of it was loans"
kind = "share"
stated = { value = 50, unit = "percent", words = "about half" }

[[claims.readings]]
basis = "document"                    # the text's own figures; "data" if recorded, "elsewhere": another text
# label = "as printed"                # where a claim has several readings, each needs its own
# kind = "vintage"                    # readings that differ in the edition of a series alone
compute = "100 * loans / whole"       # + - * / ^ == < <= > >= and or not in ( ) log abs min max
# proxy = "one year of ten"           # why this is only near what the words say: consistent at best
# note = "in current prices"          # anything else to know; shown beside the verdict
inputs.loans = { claim = "loans" }    # what another claim of this file states
inputs.whole = { claim = "total" }
# A figure of a table: the file figures.csv, one row of it, the column amount, rounded to a tenth.
# inputs.loans = { table = "figures", where = "name == 'loans'", take = "amount", half_width = 0.05 }
# Its unit, where no column unit of the table says it: unit = "billion US$".
# Several rows: by = "sum" (or mean min max first last count volatility). Ends in columns: low = "least".
# A date: date = true. A figure that is only a bound for the one meant: bound = "at most" (or "at least").
# A result of a study: study = "mine", table = "statistics" (or "estimates", "models").

[[claims]]
id = "loans"
place = "Section 1, paragraph 4"
claim = "Loans were 21 billion dollars"
kind = "amount"
stated = { value = 21, unit = "billion US$", words = "$21 billion" }
missing = "The series of loans"
# soft = "an idiom"                   # wording that cannot be held to a number
# auditor = true                      # a test of yours and no statement of the text
# same_finding = "half"               # the claim whose finding this one repeats: it is counted once
# same_as = ["total"]                 # the claim that states the same fact ("text:id" for another text)
# exhibit = "table-mine-loans"        # table or figure of the report that decides it

# A date keeps its month and day. What is true or false is value = 1, unit = "yes or no".
[[claims]]
id = "opened"
place = "Section 1, paragraph 4"
claim = "Lending began in the spring of 1987"
kind = "date"
stated = { date = "spring 1987", words = "in the spring of 1987" }
missing = "The announcement"

# A column of a printed table: every cell of it is a claim.
# [[cells]]
# id = "t1"
# place = "Table 1"
# claim = "Loans"
# table = "figures"                   # the table as recorded
# over = "year"                       # the column that names the rows
# take = "amount"
# decimals = 1
# unit = "billion US$"
# missing = "The yearbook"

# What several claims state together: sum (they add up to total), totals (an amount, its share, a further
# amount, its share, ...: one whole), order (they do not fall), multiples (a series over each base year).
# [[checks]]
# id = "shares"
# kind = "sum"
# title = "Shares add up to a hundred"
# claims = ["half", "other_half"]
# total = 100

# A factor by which figures of this text may be off because a unit was mistaken.
# [[slips]]
# low = 79
# high = 361
# words = "what a dollar cost in yen"
"""


def write_template(path: Path) -> None:
    """Write a commented claims file to begin from.

    Raises
    ------
    StudyError
        There is a file of that name already.
    """
    write_text(new_file(path), TEMPLATE)
