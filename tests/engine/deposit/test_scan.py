"""Each of the editors' scans finds what it is for, and nothing in a clean folder."""

from __future__ import annotations

import pytest

from replication.deposit.scan import backslashes, scan

CLEAN = {
    "README.md": "# A package\n\nSee [the data](data/a.csv) and [the web](https://example.org).\n",
    "data/a.csv": "iso3,year,value\nARG,1970,1\n",
    "program.py": "import os\n\nimport numpy as np\n\nprint(os.sep, np.pi)\n",
    "requirements.lock": "numpy==2.4.0 \\\n    --hash=sha256:00\n",
    "page.html": "<p id='x'><a href='#x'>here</a> <a href='data/a.csv'>data</a></p>",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in CLEAN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_clean_folder_has_no_findings(folder):
    assert scan(folder) == []


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("copy.csv", CLEAN["data/a.csv"], "duplicates: copy.csv is the same as data/a.csv"),
        ("nothing.csv", "", "empty: nothing.csv"),
        ("blank.txt", " \n", "empty: blank.txt"),
        ("a.zip", "x", "archives: a.zip"),
        ("hidden.csv", b"PK\x03\x04rest", "archives: hidden.csv"),
        ("b.py", "open('C:\\\\data\\\\a.csv')\n", "absolute paths: b.py, line 1"),
        ("b.py", "open('/home/me/a.csv')\n", "absolute paths: b.py, line 1"),
        ("b.py", "x = 1\nopen('~/a.csv')\n", "absolute paths: b.py, line 2"),
        ("b.toml", 'path = "D:/work/a.csv"\n', "absolute paths: b.toml, line 1"),
        ("b.py", "open('data\\\\raw\\\\a.csv')\n", "windows paths: b.py: 'data"),
        ("b.py", "open(r'..\\raw\\a.csv')\n", "windows paths: b.py: '..'"[:22]),
        ("b.toml", "data = 'raw\\panel.dta'\n", "windows paths: b.toml: 'raw"),
        ("b.py", "import torch\n", "dependencies: b.py: imports torch"),
        (
            "b.py",
            "def f():\n    from polars import col\n    return col\n",
            "dependencies: b.py: imports polars",
        ),
        ("pyproject.toml", '[project]\ndependencies = ["scipy>=1"]\n', "dependencies: pyproject.toml: scipy"),
        ("p.csv", "id,first_name\n1,A\n", "personal data: p.csv: column 'first_name'"),
        ("p.csv", "respondentEmail\nx\n", "personal data: p.csv: column 'respondentEmail'"),
        ("more.md", "[gone](data/b.csv)\n", "links: more.md: 'data/b.csv'"),
        ("more.md", "[out](../../secret.txt)\n", "links: more.md: '../../secret.txt'"),
        ("more.html", "<img src='file:///x.png'>", "links: more.html: 'file:///x.png'"),
    ],
)
def test_each_scan_finds_what_it_is_for(folder, name, content, told):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    found = scan(folder)
    assert len(found) == 1 and found[0].startswith(told)


@pytest.mark.parametrize(
    "text", [r"\d\d(\.\d+)?", r"\toprule", "\n\n", r"\bfoo\b", r"\begin{table}", r"a\1 b"]
)
def test_a_pattern_or_latex_is_no_path_and_is_counted(folder, text):
    (folder / "b.py").write_text(f"x = {text!r}\ny = 'end\\n'\n")
    assert scan(folder) == []
    assert backslashes(folder)["b.py"] >= 1


def test_a_link_out_of_the_folder(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "x.csv"
    other.write_text("a\n1\n")
    (folder / "link.csv").symlink_to(other)
    assert "links: link.csv: a symbolic link" in scan(folder)


def test_files_that_are_too_large(folder, monkeypatch):
    monkeypatch.setattr("replication.deposit.scan.LARGEST", 20)
    assert any(line.startswith("sizes: README.md") for line in scan(folder))


@pytest.mark.parametrize("column", ["country", "name", "us_military_aid", "longitudinal"])
def test_columns_of_countries_are_not_personal(folder, column):
    (folder / "c.csv").write_text(f"iso3,{column}\nARG,1\n")
    assert scan(folder) == []


def test_an_extra_that_a_project_does_without_need_not_be_pinned(folder):
    (folder / "b.py").write_text("import torch\n")
    (folder / "pyproject.toml").write_text('[project.optional-dependencies]\ngpu = ["torch>=2"]\n')
    assert scan(folder) == []


def test_links_of_a_part_are_those_of_the_page_that_it_is_set_into(folder):
    (folder / "one/tables").mkdir(parents=True)
    (folder / "one/tables/a.csv").write_text("a\n2\n")
    (folder / "one/section.html").write_text('<section><a href="one/tables/a.csv">a</a></section>\n')
    assert scan(folder) == []
    (folder / "one/page.html").write_text('<html><a href="one/tables/a.csv">a</a></html>\n')
    assert scan(folder) == ["links: one/page.html: 'one/tables/a.csv' leads nowhere in this folder"]
