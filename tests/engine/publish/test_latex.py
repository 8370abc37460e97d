"""Tables in LaTeX, without a LaTeX at hand: what must hold of any text that is to compile."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from replication.publish.latex import PREAMBLE, latex_document, to_latex
from replication.publish.table import Cell, Table

KEY = ("models", "m", "n")
HOSTILE = st.text(
    st.sampled_from([*"\\{}$&#%_^~<>|\"`[]*'-,.;:!?@=+()/ aZ09\n\t", *"éąßχ€漢🙂\u202e"]),
    max_size=40,
)  # fmt: skip
COMMANDS = (
    r"(?:text\w+|ensuremath|quad|phantom|multicolumn|shortstack|raggedright|arraybackslash|times|toprule|midrule"
    r"|bottomrule|addlinespace|begin|end|centering|footnotesize|caption|label|par|smallskip|medskip|noindent"
    r"|linewidth|addtocounter|endfirsthead|endhead|endfoot|cdot|pm|mu|neg|leq|geq|neq|approx|rightarrow|sum"
    r"|Delta|Sigma|alpha|beta|gamma|delta|varepsilon|lambda|rho|sigma|tau|chi)"
)


@st.composite
def tables(draw):
    """Hostile words everywhere that a user's words may stand, headings among them."""
    width, height = draw(st.integers(2, 12)), draw(st.integers(1, 8))
    cells = st.one_of(HOSTILE.map(Cell), st.floats(-1e6, 1e6).map(lambda x: Cell(f"{x:.3g}", KEY)))
    rows = tuple((Cell(draw(HOSTILE)), *(draw(cells) for _ in range(width - 1))) for _ in range(height))
    headings = tuple(sorted(draw(st.sets(st.integers(0, height - 1), max_size=2))))
    rows = tuple(
        (row[0], *(Cell("") for _ in row[1:])) if at in headings else row for at, row in enumerate(rows)
    )
    words = tuple(draw(HOSTILE) for _ in range(width))
    said = (draw(HOSTILE),)
    return Table("t", draw(HOSTILE), words, rows, (1,), said, said, draw(HOSTILE), headings=headings)


def columns_of(line: str) -> int:
    """How many columns a line of a tabular fills."""
    spans = [int(span) for span in re.findall(r"\\multicolumn\{(\d+)\}", line)]
    return sum(spans) + len(re.split(r"(?<!\\)&", line)) - len(spans)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_whatever_a_user_writes_the_text_is_sound(table):
    text = to_latex(table)
    first, _, body = text.partition("\n")
    assert first.startswith("% needs ") and "%" not in body.replace(r"\%", "")
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", body):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    bare = body.replace(r"\\", "").replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for letter in bare:
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    assert depth == 0
    plain = re.sub(r"\\[%$#_&{}]", "", bare)
    assert not re.search(r"[#_~\"`|]", re.sub(r"\\ensuremath\{[^}]*\}|tab:t", "", plain))
    assert not re.sub(r"\$-\$|\$\\times10\^\{-?\d+\}\$", "", plain).count("$")
    assert re.sub(rf"\\{COMMANDS}(?![A-Za-z])", "", plain).count("\\") == 0


@settings(max_examples=60, deadline=None)
@given(tables())
def test_every_line_fills_the_columns_of_its_tabular(table):
    body = to_latex(table)
    for block in re.findall(
        r"\\begin\{(?:tabular|longtable)\}(.*?)\\end\{(?:tabular|longtable)\}", body, re.S
    ):
        given_columns, *lines = block.splitlines()
        kinds = re.sub(r"p\{\d+pt\}", "p", given_columns.replace(r">{\raggedright\arraybackslash}", ""))
        width = len(re.findall(r"[lrp]", kinds.replace("@{}", "")))
        filled = [line for line in lines if line.endswith(r"\\") and not line.startswith(r"\caption")]
        assert filled and all(columns_of(line) == width for line in filled), block


def test_the_first_line_names_the_packages_that_the_table_needs():
    plain = Table("t", "T", ("", "a"), ((Cell("x"), Cell("1", KEY)),))
    assert to_latex(plain).startswith("% needs \\usepackage{booktabs}\n\\begin{table}")
    wide = Table("t", "T", ("", "a"), ((Cell("word " * 30), Cell("1", KEY)),))
    assert to_latex(wide).startswith("% needs \\usepackage{booktabs}\\usepackage{array}\n")
    long = Table("t", "T", ("", "a"), tuple((Cell(f"x{n}"), Cell("1", KEY)) for n in range(80)))
    assert "\\usepackage{longtable}" in to_latex(long).partition("\n")[0]
    quoted = Table("t", 'A "word"', ("", "a"), ((Cell("é"), Cell("1", KEY)),))
    assert "\\usepackage[T1]{fontenc}" in to_latex(quoted).partition("\n")[0]


def test_a_document_loads_what_its_tables_need():
    table = Table("t", 'A "word" of 5 \u20ac', ("", "a"), ((Cell("word " * 30), Cell("1", KEY)),) * 90)
    needed = re.findall(r"\\usepackage\S*?\}", to_latex(table).partition("\n")[0])
    assert len(needed) == 5 and all(package in PREAMBLE for package in needed)
    assert "% needs" not in latex_document([table])
