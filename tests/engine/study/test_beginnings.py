"""init, describe and explain: a user's panel looked at, a study that runs at once, rows told in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import replication as rp
from replication.cli import main

DRAW = np.random.default_rng(8)
PANEL = pd.DataFrame(
    {
        "region": np.repeat(["Asia", "Asia", "Africa", "Africa", "Africa"], 8),
        "country": np.repeat(["Laos", "Japan", "Namibia", "Togo", "Kenya"], 8),
        "yr": np.tile(np.arange(1980, 1988), 5),
        "aid": DRAW.normal(5, 1, 40).round(2),
        "gdp": DRAW.normal(5, 1, 40).round(2),
        "one": 1,
    }
)


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    PANEL.to_csv("panel.csv", index=False)

    def run(*words: str, code: int = 0) -> str:
        assert main(words) == code, capsys.readouterr()
        told = capsys.readouterr()
        return told.err if code else told.out

    return run


def quarters(table):
    return table.assign(yr=np.tile(pd.period_range("1990Q1", periods=8, freq="Q").astype(str), 5))


STRANGE = {
    "plain": lambda t: t,
    "quarters": quarters,
    "strange names": lambda t: t.rename(columns={"aid": 'GDP "now" (US$)', "country": "größe"}),
    "holes": lambda t: t.drop(index=[3, 17]).assign(gdp=t["gdp"].where(t.index % 7 > 0)),
    "codes": lambda t: t.assign(country=pd.factorize(t["country"])[0] + 101).drop(columns="region"),
    "collinear": lambda t: t.assign(twice=2 * t["gdp"]),
    "semicolons": lambda t: t,
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_init_writes_runs_at_once(call, name):
    STRANGE[name](PANEL).to_csv("panel.csv", index=False, sep=";" if name == "semicolons" else ",")
    assert "panel.toml is written" in call("init", "panel.csv")
    assert "results in out" in call("run", "panel.toml", "--out", "out")
    assert Path("out/tables/summary.csv").is_file() and "rows:" in call("explain", "panel.toml")


def test_init_says_what_it_saw_and_keeps_what_is_there(call):
    told = call("init", "panel.csv")
    assert "panel: country and yr tell every row apart" in told
    assert "40 rows: 5 of country, yr from 1980 to 1987" in told and "balanced: 8 periods each" in told
    assert "the same in every row: one" in told
    text = Path("panel.toml").read_text()
    assert "panel.toml: is there already; name another" in call("init", "panel.csv", code=2)
    assert Path("panel.toml").read_text() == text
    Path("specs").mkdir()
    call("init", "panel.csv", "--out", "specs/first.toml")
    assert "# Run it:      replicate run first.toml\n" in Path("specs/first.toml").read_text()
    assert 'data = "../panel.csv"' in Path("specs/first.toml").read_text()


def test_gaps_and_what_is_missing_are_told(call):
    PANEL.drop(index=3).assign(gdp=PANEL["gdp"].where(PANEL.index > 1)).to_csv("panel.csv", index=False)
    told = call("describe", "panel.csv")
    assert "unbalanced: 7 to 8 periods" in told
    assert "gaps in yr, which no lag crosses: Laos" in told and "missing: gdp in 2 rows" in told


REFUSED = [
    (pd.concat([PANEL, PANEL]), "no two columns tell every row apart by entity and time"),
    (PANEL[["country", "yr", "aid"]], "has 1 columns of numbers that vary; a model needs two"),
    (PANEL[["country", "aid"]], "no column holds periods"),
]


@pytest.mark.parametrize(("table", "told"), REFUSED, ids=["twice", "one figure", "no time"])
def test_init_refuses_what_is_no_panel(call, table, told):
    table.to_csv("panel.csv", index=False)
    assert told in call("init", "panel.csv", code=2)
    assert not Path("panel.toml").exists()


def test_describe_prints_and_writes_what_python_gives(call):
    told = call("describe", "panel.csv", "aid", "log(gdp)", "--by", "region", "--out", "d.csv")
    lines = [line.split() for line in told.splitlines()]
    assert ["Africa"] in lines and ["Asia"] in lines and ["Correlations"] in lines
    found = rp.describe(PANEL, ["aid", "log(gdp)"], by="region")
    expected = PANEL.groupby("region")["aid"].mean()
    shown = found.table["Mean"]
    np.testing.assert_allclose(shown[["Africa: aid", "Asia: aid"]], expected, rtol=1e-14)
    assert found.to_csv() == Path("d.csv").read_text().replace("panel.csv", "data")
    assert found._repr_html_().count("<figure") == 1
    for ending in ("tex", "html", "md", "typ", "docx"):
        call("describe", "panel.csv", "--out", f"d.{ending}")
        assert Path(f"d.{ending}").stat().st_size > 100
    assert "format '.xls' is not known" in call("describe", "panel.csv", "--out", "d.xls", code=2)
    assert "column 'gpd' is not known" in call("describe", "panel.csv", "gpd", code=2)
    assert "region is 'Asia'" in call("describe", "panel.csv", "region", code=2)


def test_describe_writes_over_no_file(call):
    before = Path("panel.csv").read_bytes()
    assert "panel.csv: is there already" in call("describe", "panel.csv", "--out", "panel.csv", code=2)
    assert Path("panel.csv").read_bytes() == before


def test_a_table_that_is_no_panel_is_described_too(call):
    PANEL[["region", "aid"]].to_csv("panel.csv", index=False)
    told = call("describe", "panel.csv")
    assert "no panel: rows stand alone" in told and "aid  40" in told


def test_a_summary_in_a_study(call):
    study = (
        '[study]\nid = "s"\ntitle = "S"\ndata = "panel.csv"\nentity = "country"\ntime = "yr"\n'
        '[labels]\naid = "Net aid"\nAsia = "East"\n'
        '[[tables]]\nid = "t"\ntitle = "T"\nsummary = ["aid", "lag(gdp, 1)"]\nby = "region"\n'
        'where = "yr > 1981"\n'
    )
    Path("s.toml").write_text(study)
    call("run", "s.toml", "--out", "out")
    rows = Path("out/tables/t.csv").read_text().splitlines()
    assert rows[1].startswith("Africa,") and rows[4].startswith("East,") and rows[5].startswith("Net aid,12,")
    records = pd.read_csv("out/statistics.csv").set_index(["group", "period"])["value"]
    inside = PANEL.query("yr > 1981 and region == 'Asia'")["aid"]
    np.testing.assert_allclose(records["Asia: aid", "Std. dev."], inside.std(), rtol=1e-13)
    Path("s.toml").write_text(study.replace('["aid"', '["aidd"'))
    assert "s.toml: tables.t: column 'aidd' is not known" in call("run", "s.toml", "--out", "out", code=2)


def test_explain_says_what_a_run_does(call):
    Path("s.toml").write_text(
        '[study]\nid = "s"\ntitle = "S"\ndata = "panel.csv"\nentity = "country"\ntime = "yr"\n'
        '[[models]]\nid = "m"\nformula = "log(aid) ~ lag(gdp, 1)"\nwhere = "region == \'Africa\'"\n'
        'effects = ["entity"]\n'
        'covariance = [{ kind = "clustered", cluster = ["country"] }, { kind = "hc1" }]\n'
    )
    told = call("explain", "s.toml")
    assert "  OLS of log(aid) on lag(gdp, 1)\n  for the rows where region == 'Africa'\n" in told
    assert "  effects of entity absorbed\n" in told
    assert "errors: clustered, cluster country; HC1 (the first is the headline one)" in told
    rows = told.strip().splitlines()[-1].removeprefix("  rows: ")
    assert rows == "21 of 40 (16 outside where; 3 missing regressor lag(gdp, 1))"
    assert "m: 21 of 40 rows" in call("run", "s.toml", "--out", "out")


def dyads():
    """Two donors, five recipients, eight years."""
    both = pd.concat([PANEL.assign(donor=name, aid=PANEL["aid"] + place) for place, name in enumerate("JU")])
    return both.drop(columns=["region", "one"])


@pytest.mark.parametrize(
    ("table", "written", "rows"),
    [
        (
            dyads,
            'joined = { pair = "{country} - {donor}" }\nentity = "pair"\ntime = "yr"',
            "80 rows: 10 of pair",
        ),
        (
            lambda: dyads().assign(
                country=pd.factorize(dyads()["country"])[0], donor=dyads()["donor"] == "J"
            ),
            'joined = { pair = "{country} - {donor}" }\nentity = "pair"\ntime = "yr"',
            "80 rows: 10 of pair",
        ),
        (
            lambda: PANEL.assign(quarter=PANEL["yr"] % 4 + 1, yr=PANEL["yr"] // 4 + 1500),
            'joined = { period = "{yr}Q{quarter}" }\nentity = "country"\ntime = "period"',
            "40 rows: 5 of country, period from 1995Q1 to 1996Q4",
        ),
    ],
)
def test_init_makes_a_key_of_two_columns(call, table, written, rows):
    table().to_csv("panel.csv", index=False)
    assert rows in call("init", "panel.csv")
    study = Path("panel.toml").read_text()
    assert written in study and 'formula = "aid ~' in study
    assert "results in out" in call("run", "panel.toml", "--out", "out")
    without = [line for line in written.splitlines() if line.startswith("joined")][0]
    keys = '\nentity = "country"\ntime = "yr"'
    Path("s.toml").write_text(study.replace(written, keys))
    told = call("run", "s.toml", "--out", "out", code=2)
    assert without.split("=", 2)[1].strip(" {") in told and "under [study]" in told


def test_init_is_told_what_it_cannot_find(call):
    cross = PANEL[PANEL["yr"] == 1980].assign(number=range(5)).drop(columns=["yr", "one"])
    cross.to_csv("panel.csv", index=False)
    assert "in a survey or of one year, write --no-time" in call("init", "panel.csv", code=2)
    call("init", "panel.csv", "--no-time")
    study = Path("panel.toml").read_text()
    assert "entity =" not in study and "time =" not in study and "number ~" not in study
    assert "errors: HC1" in call("run", "panel.toml", "--out", "out")
    with pd.ExcelWriter("book.xlsx") as book:
        pd.DataFrame({"Notes": ["none"]}).to_excel(book, sheet_name="Notes", index=False)
        PANEL.to_excel(book, sheet_name="Data", index=False, startrow=2)
    told = call("init", "book.xlsx", code=2)
    assert "if the headings stand lower, write --header LINE, if on another sheet, --sheet NAME" in told
    call("init", "book.xlsx", "--sheet", "Data", "--header", "3")
    assert 'sheet = "Data"' in (study := Path("book.toml").read_text()) and "header = 3" in study
    assert "results in out" in call("run", "book.toml", "--out", "out")
    assert "panel: country and yr" in call("describe", "book.xlsx", "--sheet", "Data", "--header", "3")
    wide = PANEL.pivot(index="country", columns="yr", values="aid").add_prefix("aid")
    wide.to_csv("wide.csv")
    assert "looks wide (aid1980, aid1981, ...): make it long (Stata: reshape long;" in call(
        "init", "wide.csv", code=2
    )
    dots = PANEL.assign(gdp=PANEL["gdp"].astype(str).where(PANEL.index > 0, ".."))
    dots.to_csv("panel.csv", index=False)
    Path("panel.toml").unlink()
    refused = call("init", "panel.csv", code=2)
    assert "a model needs two; panel.csv, line 2, row 1: gdp is '..'" in refused and "missing = [" in refused
    dots.assign(trade=PANEL["gdp"]).to_csv("panel.csv", index=False)
    assert "no number yet: panel.csv, line 2, row 1: gdp is '..'" in call("init", "panel.csv")
    with Path("panel.csv").open("a") as file:
        file.write("\nSource: own,,,,,,\n")
    told = call("init", "panel.csv", "--out", "other.toml", code=2)
    assert "yr is empty" in told and "if it is a note, take it out of the file" in told


def test_explain_does_not_promise_an_error_that_the_estimator_may_not_take(call):
    """Without a named error the estimator's own comes first, as of quantiles, and HC1 in a cross-section."""
    head = '[study]\nid = "s"\ntitle = "S"\ndata = "panel.csv"\n'
    model = '[[models]]\nid = "m"\nformula = "aid ~ gdp"\n'
    for keys, more, used in (
        ('entity = "country"\ntime = "yr"\n', 'estimator = "quantile"\n', "errors: own"),
        ('entity = "country"\ntime = "yr"\n', "", "errors: clustered"),
        ("", "", "errors: HC1"),
    ):
        Path("s.toml").write_text(head + keys + model + more)
        told = call("explain", "s.toml")
        assert "errors: none is named: the estimator's own where it has such, else clustered" in told
        assert "errors: clustered" not in told and used in call("run", "s.toml", "--out", "out")


def test_the_public_describe_is_the_function_whatever_room_is_loaded():
    import replication.describe.measures  # noqa: F401

    assert rp.describe(PANEL, ["aid"]).table.loc["aid", "N"] == 40
