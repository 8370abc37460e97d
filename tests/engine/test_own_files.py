"""What beginners bring and write: it is read rightly, or one line says what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.cli import main
from tests.support.mistakes import ninth

DRAW = np.random.default_rng(5)
PANEL = pd.DataFrame(
    {
        "country": np.repeat(["Argentina", "Brazil", "Chile", "Namibia", "Peru", "Zambia"], 8),
        "yr": np.tile(np.arange(1980, 1988), 6),
        "region": np.repeat(["America", "America", "America", "Africa", "America", "Africa"], 8),
        "aid": DRAW.normal(5, 1, 48).round(2),
        "gdp": DRAW.normal(5, 1, 48).round(2),
        "war": DRAW.integers(0, 2, 48),
    }
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PANEL.to_csv("panel.csv", index=False)
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    """Run a study of one model; its lines, or the one line of what is wrong."""

    def call(model: str = "", head: str = "", data: str = "panel.csv") -> str:
        keys = model if "formula" in model else f'formula = "aid ~ gdp"\n{model}'
        text = (
            f'[study]\nid = "s"\ntitle = "S"\nentity = "country"\ntime = "yr"\n{head}\n[[models]]\nid = "m"\n'
        )
        Path("s.toml").write_text(text + keys, encoding="utf-8")
        code = main(["run", "s.toml", *(["--data", data] if data else []), "--out", "out"])
        told = capsys.readouterr()
        assert (code, bool(told.err)) in ((0, False), (2, True)), told
        assert told.err.count("\n") == (code == 2)
        return told.err or told.out

    return call


def estimates() -> list[float]:
    return pd.read_csv("out/estimates.csv")["estimate"].tolist()


def changed(**cells) -> pd.DataFrame:
    """The panel as texts, with other fields in some rows."""
    table = PANEL.astype(str).astype(object)
    for name, fields in cells.items():
        for row, field in fields.items():
            table.loc[row, name] = field
    return table


MISSING = [".", "..", "n.a.", "-", "--", "?", "*", "#DIV/0!"]


@pytest.mark.parametrize("text", MISSING)
def test_texts_that_stand_for_missing_are_told_with_place_and_key(run, text):
    changed(gdp={7: text}).to_csv("panel.csv", index=False)
    assert run() == (
        f"replicate: s.toml: models.m: panel.csv, line 9, row 8: gdp is '{text}'; allowed: numbers or an "
        f'empty field; if it means missing, write missing = ["{text}"] under [study]\n'
    )
    assert "m: 47 of 48 rows (1 missing regressor gdp)" in run(head=f'missing = ["{text}"]')


@pytest.mark.parametrize("text", ["NA", "N/A", "NULL", "nan", "#N/A", "", " "])
def test_words_for_missing_are_missing_among_numbers_and_words_among_words(run, text):
    changed(gdp={7: text}).to_csv("panel.csv", index=False)
    assert "m: 47 of 48 rows (1 missing regressor gdp)" in run()


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("12%", "gdp is '12%'; allowed: numbers or an empty field; take the percent sign out"),
        ("3,25", "gdp is '3,25'; allowed: numbers or an empty field; write decimal = \",\" under [study]"),
        ("5e3", "gdp is '5e3', a code"),
        ("about 5", "gdp is 'about 5'; allowed: numbers or an empty field"),
    ],
)
def test_fields_that_are_no_numbers(run, field, told):
    changed(gdp={7: field}).to_csv("panel.csv", index=False)
    assert f"panel.csv, line 9, row 8: {told}" in run()


def test_separators_decimal_commas_thousands_and_encodings(run):
    run()
    expected = estimates()
    wide = PANEL.assign(country=PANEL["country"].replace("Peru", "Perú"))
    for keys, write in {
        "": lambda: wide.to_csv("panel.csv", index=False, sep=";", decimal=","),
        " ": lambda: wide.to_csv("panel.csv", index=False, sep="\t"),
        'encoding = "latin-1"': lambda: wide.to_csv("panel.csv", index=False, encoding="latin-1"),
        'encoding = "utf-16"': lambda: wide.to_csv("panel.csv", index=False, encoding="utf-16"),
        "  ": lambda: wide.to_csv("panel.csv", index=False, encoding="utf-8-sig"),
        "header = 3": lambda: Path("panel.csv").write_text("A panel\n\n" + wide.to_csv(index=False)),
        "   ": lambda: wide.assign(aid=[f"{v:,.2f}" for v in PANEL["aid"]]).to_csv("panel.csv", index=False),
    }.items():  # fmt: skip
        write()
        assert "48 of 48 rows" in run(head=keys)
        assert estimates() == expected, keys
    PANEL.assign(country="Perú").to_csv("panel.csv", index=False, encoding="latin-1")
    assert "line 2: byte" in run() and 'write encoding = "windows-1252" (or another) under [study]' in run()


@pytest.mark.parametrize(
    ("times", "formula"),
    [
        (lambda year: f"{year}-01-01", "aid ~ lag(gdp, 1)"),
        (lambda year: f"{1980 + (year - 1980) // 4}Q{(year - 1980) % 4 + 1}", "aid ~ lag(gdp, 1)"),
        (lambda year: f"{1980 + (year - 1977) // 12}{(year - 1977) % 12 + 1:02d}", "aid ~ lag(gdp, 1)"),
        (lambda year: f"{1980 + (year - 1977) // 12}-{(year - 1977) % 12 + 1:02d}", "aid ~ lag(gdp, 1)"),
        (lambda year: str(year - 1984), "aid ~ lag(gdp, 1)"),
    ],
)
def test_a_lag_is_the_period_before_whatever_the_periods_are(run, times, formula):
    run(f'formula = "{formula}"')
    expected = estimates()
    PANEL.assign(yr=[times(year) for year in PANEL["yr"]]).to_csv("panel.csv", index=False)
    assert "m: 42 of 48 rows (6 missing regressor lag(gdp, 1))" in run(f'formula = "{formula}"')
    assert estimates() == expected


def test_codes_keep_their_zeros_and_digits(run):
    PANEL.assign(code=[f"{n % 12:03d}" for n in range(48)], long=10**17 + np.arange(48) % 12).to_csv(
        "panel.csv", index=False
    )
    told = run('where = "code != \'003\'"\ncovariance = [{ kind = "clustered", cluster = ["code"] }]')
    assert "44 of 48 rows (4 outside where)" in told and "codes, and so texts: code" in told
    run('covariance = [{ kind = "clustered", cluster = ["long"] }]')
    assert "long (12 clusters)" in Path("out/accounts.json").read_text()
    assert "code is '000', a code" in run('formula = "aid ~ code"')
    assert "48 of 48" in run('formula = "aid ~ code"', head='numbers = ["code"]')


def test_names_that_no_formula_can_write_bare(run):
    renamed = PANEL.rename(columns={"gdp": "GDP (current US$)", "aid": "mil.aid", "country": "Country Name"})
    renamed.to_csv("panel.csv", index=False)
    told = run('formula = "`mil.aid` ~ `GDP (current US$)`"', head='columns = { country = "Country Name" }')
    assert "48 of 48 rows" in told
    keys = 'columns = { gdp = "GDP (current US$)", aid = "mil.aid", country = "Country Name" }'
    assert "48 of 48 rows" in run(head=keys)
    assert "in this language: aid ~ `mil.aid`" in run('formula = "aid ~ mil.aid"')


def same(table: pd.DataFrame) -> pd.DataFrame:
    return table


def gdp_999(table):
    return table.assign(gdp=table["gdp"].where(table.index % 9 > 0, -999))


def war_as(yes, no):
    return lambda table: table.assign(war=table["war"].map({1: yes, 0: no}).where(table.index != 3))


def wide(table):
    return table.pivot(index="country", columns="yr", values="aid").add_prefix("aid").reset_index()


def with_row(**cells):
    return lambda table: pd.concat([table, pd.DataFrame({name: [cell] for name, cell in cells.items()})])


LAG, WAR = 'formula = "aid ~ lag(gdp, 1)"', 'formula = "aid ~ war"'
WARNS = "warning: panel.csv: "
# What is done to the panel, keys of [study], keys of the model, and what is told.
MISTAKES = {
    "blanks around a heading": (lambda t: t.rename(columns={"gdp": " gdp "}), "", "", "48 of 48 rows"),
    "another case": (lambda t: t.rename(columns={"gdp": "GDP"}), "", "", "did you mean 'GDP'?"),
    "-999": (gdp_999, "", "", f"{WARNS}gdp is -999 in 6 rows, and from "),
    "-999, named": (gdp_999, "missing = [-999]", "", "m: 42 of 48 rows (6 missing regressor gdp)"),
    "a trailing blank": (ninth("Brazil "), "", LAG, "m: 42 of 48 rows"),
    "a trailing blank, told": (
        ninth("Brazil "), "", "",
        f"{WARNS}country: 'Brazil ' (1 row) differs by blanks alone from 'Brazil' and is read as it",
    ),
    "changing case": (
        ninth("brazil"), "", "",
        f"{WARNS}country: 'Brazil' and 'brazil' differ by case or blanks alone, and are 2 different levels",
    ),
    "case that changes from row to row": (
        lambda t: t.assign(country=t["country"].where(t["yr"] % 2 > 0, t["country"].str.upper())), "", LAG,
        "no row is left of 48 (missing regressor lag(gdp, 1): 48); panel.csv: country: 'ARGENTINA' and",
    ),
    "names in the first row alone": (
        lambda t: t.assign(country=t["country"].where(t["yr"] == 1980)), "", "",
        "country is empty; allowed: a value in every row; merged cells hold it in their first row alone",
    ),
    "a title above the headings": (
        lambda t: pd.DataFrame({"A panel of six countries": t["country"]}), "", "",
        "if the headings stand lower, write header = 2 (or another) under [study]",
    ),
    "percent": (lambda t: t.assign(gdp=t["gdp"].astype(str) + "%"), "", "", "; take the percent sign out"),
    "label of nothing": (
        same, "[labels]\ngpd = 'Income'", "",
        "warning: labels: 'gpd' is no term of the results (did you mean 'gdp'?)",
    ),
    "label of a term": (same, "[labels]\ngdp = 'Income'", "", "m: 48 of 48 rows (none dropped)\n"),
    "misspelt level in a list": (
        same, "", 'where = "region in (\'America\', \'Afrika\')"',
        f"{WARNS}no row of region is 'Afrika' (did you mean 'Africa'?)",
    ),
    "misspelt level": (
        same, "", 'where = "region == \'Asia\'"',
        "no row is left of 48 (outside where: 48); panel.csv: no row of region is 'Asia'",
    ),
    "few clusters": (same, "", "", "m: 6 clusters are few: clustered errors are too small with them"),
    "wide": (wide, "", "", "the file looks wide (aid1980, aid1981, ...): make it long"),
    "a note below the table": (
        with_row(country="Source: own"), "", "",
        "line 50, row 49: yr is empty; allowed: a value in every row; the row holds only 'Source",
    ),
    "a blank row": (with_row(yr=None), "", "", "empty rows left out: 1"),
    "a row twice": (
        lambda t: pd.concat([t, t[:1]]), "", "",
        "two rows for country Argentina, yr 1980 (panel.csv, line 2, row 1 and panel.csv, line 50, row 49)",
    ),
    "TRUE with a gap": (war_as("TRUE", "FALSE"), "", WAR, "m: 47 of 48 rows (1 missing regressor war)"),
    "yes and no": (war_as("yes", "no"), "", WAR, 'a number is needed here; (war == "yes") is 0 or 1'),
    "a text as regressor": (same, "", 'formula = "aid ~ country"', "dummies(country) makes a column"),
    "fe": (same, "", 'estimator = "fe"', 'here it is estimator = "ols" with effects = ["entity"]'),
    "robust": (same, "", 'covariance = [{ kind = "robust" }]', "'robust' is not known; here it is 'hc1'"),
    "covariance as a word": (same, "", 'covariance = "hc1"', 'a list of tables, as in [{ kind = "hc1" }]'),
    "effects as a word": (same, "", 'effects = "entity"', 'allowed: a list, as in ["entity"]'),
    "a bar": (
        same, "", 'formula = "aid ~ gdp | country + yr"',
        'in this language: aid ~ gdp, effects = ["country", "yr"]',
    ),
    "true as missing": (same, "missing = [true]", "", "study.missing"),
    "a key for another format": (same, 'sheet = "A"', "", "study.sheet is for .xlsx; leave it out for this"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_panel_or_a_study_as_beginners_have_them(run, mistake):
    change, head, model, told = MISTAKES[mistake]
    change(PANEL).to_csv("panel.csv", index=False)
    assert told in run(model, head)


def test_a_study_may_name_its_file(run, folder):
    run()
    expected = estimates()
    (folder / "data").mkdir()
    (folder / "panel.csv").rename(folder / "data" / "panel.csv")
    assert "m: 48 of 48 rows" in run(head='data = "data/panel.csv"', data="")
    assert estimates() == expected
    assert '"data/panel.csv"' in (folder / "out" / "manifest.json").read_text()
    for name in ("/etc/passwd", "C:/x.csv", "panel.xls", "a b.csv", "$(x).csv", "a/../../../../x.csv"):
        assert "study.data" in run(head=f'data = "{name}"', data="") or "there is no such file" in run(
            head=f'data = "{name}"', data=""
        )
    (folder / "data" / "link.csv").symlink_to("/etc/passwd")
    assert "allowed: a file in the folder of the study file or of the project" in run(
        head='data = "data/link.csv"', data=""
    )
    assert "study.missing is for a file of your own" in run(head='missing = [".."]\ndata = "panel"', data="")


def test_the_labels_of_a_stata_file_are_printed(run):
    PANEL.to_stata("panel.dta", write_index=False, variable_labels={"gdp": "Income per head"})
    run('formula = "aid ~ gdp"\n[[tables]]\nid = "t"\ntitle = "T"\nmodels = ["m"]', data="panel.dta")
    assert "Income per head" in Path("out/tables/t.md").read_text(encoding="utf-8")
