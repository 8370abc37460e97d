"""Every frozen LaTeX table compiles in a document that loads what its first line names; none is too wide."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from replication.versions.sealed import newest
from tests.support.repository import HERE

COMPILER = shutil.which("pdflatex")
LAST = newest(HERE)
TABLES = sorted(LAST[1].rglob("tables/*.tex"))


def document(packages: str) -> str:
    """A page of the usual margins that inputs the tables that ask for these packages, a page each."""
    of_these = [path for path in TABLES if needs(path) == packages]
    body = "".join(f"\\typeout{{reading {path.stem}}}\\input{{{path}}}\\clearpage\n" for path in of_these)
    head = "\\documentclass[11pt]{article}\n\\usepackage[margin=1in]{geometry}\n"
    return f"{head}{packages}\n\\begin{{document}}\n{body}\\end{{document}}\n"


def needs(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("% needs ")


@pytest.mark.skipif(COMPILER is None, reason="pdflatex is not installed here")
@pytest.mark.parametrize("packages", sorted(set(map(needs, TABLES))))
def test_every_table_compiles_with_the_packages_that_it_names(packages, tmp_path):
    (tmp_path / "tables.tex").write_text(document(packages), encoding="utf-8")
    run = [str(COMPILER), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "tables.tex"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    too_wide = re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)
    assert not [width for width in too_wide if float(width) > 1], done.stdout
