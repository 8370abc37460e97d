# ruff: noqa: E501  (a table whose rows are lines)
"""The mistakes, by kind: what is written or brought, and what the answer must contain."""

from __future__ import annotations

import pandas as pd

from tests.support.mistakes import (
    FORMULA,
    KEYS,
    LAGGED,
    Mistake,
    called,
    calls,
    cells,
    estimators,
    every,
    files,
    filters,
    formulas,
    in_folder,
    keys,
    month,
    named,
    ninth,
    peru,
    quarter,
    rows_of,
    sheets,
    shouting,
    some,
    spread,
    text,
    whole,
    with_column,
    with_row,
    within_rows,
    written,
    years,
)

ALL, ONE_LESS, LAGS = (
    "m: 48 of 48 rows",
    "m: 47 of 48 rows",
    "m: 42 of 48 rows (6 missing regressor lag(gdp, 1))",
)
MISSING = 'missing = ["{}"] under [study]'
SAYS = "; in this language: "
MODEL = f'[[models]]\nid = "m"\n{FORMULA}'


def _field(told: str, *fields: str) -> list[Mistake]:
    """Tries of one field among numbers."""
    return [
        Mistake(f"the field {field!r} among numbers", (told.format(field),), bring=cells(gdp={7: field}))
        for field in fields
    ]


PLACE = "panel.csv, line 9, row 8: gdp is "
DATES = {
    "1980-01-01": lambda year: f"{year}-01-01",
    "1980/01/01": lambda year: f"{year}/01/01",
    "31.12.1980": lambda year: f"31.12.{year}",
    "31dec1980": lambda year: f"31dec{year}",
    "Dec 1980": lambda year: f"Dec {year}",
}
PERIODS = {
    "1980Q1": lambda year: "{}Q{}".format(*quarter(year)),
    "1980q1": lambda year: "{}q{}".format(*quarter(year)),
    "1980-12": lambda year: "{}-{:02}".format(*month(year)),
    "198012": lambda year: int("{}{:02}".format(*month(year))),
    "19801231": lambda year: int(f"{year}1231"),
}
ROWS: dict[str, list[Mistake]] = {
    "A path that is wrong": [
        Mistake("--data panl.csv", ("panl.csv: there is no such file", "did you mean 'panel.csv'"), data="panl.csv"),
        Mistake("--data data/panel.csv", ("data/panel.csv: there is no such file; there is no folder data",), data="data/panel.csv"),
        *calls({
            "run stduy.toml": "stduy.toml: there is no such file (did you mean 'study.toml'?)",
            "run panel.csv": "panel.csv: is no study file; replicate init panel.csv writes one for it",
            "run study.toml panel.csv": "a panel is named with --data panel.csv",
            "run study.toml": "study.data names no table; name one, or bring a panel with --data FILE",
        }),
    ],
    "A file of another kind": [
        Mistake("--data files (a folder of files of commas)", ("panel.csv: is no parquet file; allowed in a folder that is one panel: .parquet alone",), data="files", bring=in_folder),
        *[
            Mistake(f"--data {name}", (f"{name}: format", way), data=name, bring=named(name))
            for name, way in {
                "panel.xls": "save it as .xlsx", "panel.csv.gz": "unpack it first", "panel.zip": "unpack it first",
                "panel.rds": "write.csv(readRDS(FILE)", "panel.sav": "haven::read_sav", "panel.json": "save it as CSV",
                "panel": "save it as CSV",
            }.items()
        ],
        Mistake("a file of tabs, --data panel.tsv", ("parted by tabs", ALL), data="panel.tsv", bring=lambda t: t.to_csv("panel.tsv", sep="\t", index=False)),
    ],
    "An address, or a path of one machine": [
        Mistake("--data https://example.org/panel.csv", ("is an address; download the file",), data="https://example.org/panel.csv"),
        *[
            Mistake(f"data = '{path}'", ("study.data is", way), data="", head=f"data = '{path}'")
            for path, way in {
                "https://example.org/panel.csv": "download the file",
                "C:/data/panel.csv": "its path from the folder of the study file",
                "C:\\data\\panel.csv": "its path from the folder of the study file",
                "/data/panel.csv": "or bring it with --data FILE",
                "my panel.csv": "bring it with --data FILE, or give it a name without blanks",
                "panel.xls": "save it in one of these formats",
            }.items()
        ],
    ],
    "Semicolons, tabs, bars": [
        *files({
            "semicolons": (written(sep=";"), "parted by semicolons"),
            "tabs": (written(sep="\t"), "parted by tabs"),
            "bars": (written(sep="|"), "parted by bars"),
            "semicolons and decimal commas": (written(sep=";", decimal=","), "parted by semicolons; decimal comma"),
        }),
    ],
    "Fields that are no numbers": [
        *_field(f"{PLACE}'{{}}'; allowed: numbers or an empty field; if it means missing, write {MISSING}".replace("{}", "{0}"),
                ".", "..", "n.a.", "-", "--", "?", "*", "#DIV/0!", "#REF!", "No data"),
        *_field('write decimal = "," under [study]', "3,25", "1.234,5"),
        *_field("take the percent sign out", "12%"),
        *_field("take the sign of the currency out", "$12", "3 €"),
        *_field("write the common minus", "−3.2"),
        *_field("if this is a negative number, write -3.2", "(3.2)"),
        *_field(f"write the number alone, or, if it is missing, {MISSING}".replace("{}", "{0}"), "5.1*", "<0.1", "5.0 (est.)"),
        *_field("thousands parted in gdp", "1,234.5", "1 234"),
        *files({
            "decimal commas in a file of commas": (every("gdp", lambda v: f"{v}".replace(".", ",")), 'write decimal = ","'),
            "percent signs in every row": (every("gdp", lambda v: f"{v}%"), "take the percent sign out"),
            "thousands as 1,234.5": (every("gdp", lambda v: f"{1000 * v:,.1f}"), "thousands parted in gdp"),
            "dollars in every row": (every("gdp", lambda v: f"${v}"), "take the sign of the currency out"),
        }),
    ],
    "A byte order mark, 1980.0, words for missing": [
        *files({
            "a byte order mark": (written(encoding="utf-8-sig"), ALL),
            "years as 1980.0": (years(float), ALL),
        }),
        *[Mistake(f"the field {word!r} among numbers", (ONE_LESS,), bring=cells(gdp={7: word}))
          for word in ("NA", "N/A", "NULL", "nan", "#N/A", "")],
    ],
    "Letters that are not UTF-8": [
        *files({
            "latin-1": (peru(encoding="latin-1"), 'line 34: byte 1065 is not UTF-8; save the file as UTF-8, or write encoding = "windows-1252"'),
            "UTF-16": (written(encoding="utf-16"), 'write encoding = "utf-16" under [study]'),
        }),
        Mistake('latin-1 with encoding = "latin-1"', (ALL,), head='encoding = "latin-1"', bring=peru(encoding="latin-1")),
        *[Mistake(f'latin-1 with encoding = "{name}"', (ALL,), head=f'encoding = "{name}"', bring=peru(encoding="latin-1"))
          for name in ("latin1", "cp1252", "ISO-8859-1")],
        *[Mistake(f'encoding = "{name}"', (f"study.encoding is '{name}'", told), head=f'encoding = "{name}"')
          for name, told in {"ansi": '"windows-1252"', "unicode": '"utf-16"', "latin-9x": "(did you mean 'latin-1'?)"}.items()],
    ],
    "A date as the year": [
        *[Mistake(f"{name} in the time column", ("yr read as years", LAGS), model=LAGGED, bring=years(form))
          for name, form in DATES.items()],
        Mistake("01/02/1980, which may be two days", ("allowed: dates as 1990-01-31",), bring=years(lambda year: f"01/02/{year}")),
        *[Mistake(f"{form.format(1980)!r} in the time column", (f"yr is {form.format(1980)!r}", "write the year alone, as 1980"),
                  bring=years(form.format)) for form in ("FY{}", "{} e", "{}*")],
    ],
    "Quarters and months": [
        Mistake(f"{name} in the time column", (LAGS,), model=LAGGED, bring=years(PERIODS[name]))
        for name in ("1980Q1", "1980q1", "1980-12")
    ] + [
        Mistake("year and quarter in two columns", ("two rows for country Argentina, yr 1980", 'quarter tells them apart: write joined = { period = "{yr}Q{quarter}" } and time = "period"'),
                bring=lambda t: t.assign(quarter=(t["yr"] - 1980) % 4 + 1, yr=1980 + (t["yr"] - 1980) // 4)),
    ],
    "Numbers that hold a year and a month": [
        Mistake(f"{name} in the time column", (LAGS,), model=LAGGED, bring=years(PERIODS[name]))
        for name in ("198012", "19801231")
    ],
    "Codes with leading zeros": [
        Mistake("""code != '003'""", ("codes, and so texts: code", "m: 40 of 48 rows"), model="where = \"code != '003'\"",
                bring=with_column("code", lambda t: [f"{n // 8 + 1:03}" for n in range(48)])),
        Mistake("code != 3", ("a text is compared with a number (3); texts stand in quotes, as \"001\" does",), model='where = "code != 3"',
                bring=with_column("code", lambda t: [f"{n // 8 + 1:03}" for n in range(48)])),
        *filters({
            'yr == "1985"': ("a text is compared with a number", "numbers stand without quotes"),
            'region == 1': ("a text is compared with a number (1)", 'texts stand in quotes, as "America" does'),
        }),
    ],
    "A wide table": [
        *files({
            "aid1980, aid1981, ...": (spread("aid"), "the file looks wide (aid1980, aid1981, ...): make it long (Stata: reshape long;"),
            "1980, 1981, ...": (spread(""), "the file looks wide (1980, 1981, ...): make it long (Stata: reshape long;"),
            "a column a country": (spread("", "country", "yr"), "if the entities are columns, make the file long"),
        }),
    ],
    "A title above the headings": [
        Mistake("in a workbook", ("entity column 'country' is not known; allowed: A panel", "write header = 2 (or another) under [study]"),
                data="panel.xlsx", bring=sheets(Data=lambda t: [["A panel"], *rows_of(t)])),
        Mistake("in a file of commas", ("if line 3 holds the headings, write header = 3 under [study]",), bring=text("A panel\n\n{}".format)),
        Mistake("in a workbook, with header = 2", (ALL,), data="panel.xlsx", head="header = 2", bring=sheets(Data=lambda t: [["A panel"], *rows_of(t)])),
        Mistake("a line of units below the headings", ("panel.csv, line 2, row 1 (if it holds units, take it out of the file): yr is 'year'",),
                bring=lambda t: pd.concat([pd.DataFrame([dict.fromkeys(t.columns, "USD") | {"yr": "year"}]), t])),
    ],
    "Units below the headings": [
        *files({
            "for all columns but the keys": (text(lambda csv: csv.replace("\n", "\n,,,percent,(million $),\n", 1)), "line 2, row 1 (if it holds units, take it out of the file): country is empty"),
            "for all but the country": (text(lambda csv: csv.replace("\n", "\nunits,,,percent,(million $),\n", 1)), "line 2, row 1 (if it holds units, take it out of the file): yr is empty"),
            "no units, but a first row with a slip": (cells(gdp={0: "n.a. yet"}), "line 2, row 1: gdp is 'n.a. yet'"),
        }),
        Mistake("in a workbook", ("sheet row 2, row 1 (if it holds units, take it out of the file): country is empty",), data="panel.xlsx",
                bring=sheets(Data=lambda t: [rows_of(t)[0], [None, None, None, "percent", "(million $)"], *rows_of(t)[1:]])),
    ],
    "Merged cells": [
        Mistake("the country in its first row alone", ("country is empty", "merged cells hold it in their first row alone: write it in each"),
                bring=within_rows("country", lambda t: t["yr"] == 1980)),
        Mistake("the same in a workbook", ("panel.xlsx, sheet row 3, row 2: country is empty", "write it in each"), data="panel.xlsx",
                bring=sheets(Data=lambda t: rows_of(t.assign(country=t["country"].where(t["yr"] == 1980))))),
        Mistake("the year in some rows alone", ("yr is empty", "write it in each"), bring=within_rows("yr", lambda t: t["country"] == "Brazil")),
    ],
    "Data on another sheet": [
        Mistake("an empty first sheet", ('the sheet \'Notes\' has no rows; write sheet = "Data" under [study]',), data="panel.xlsx", bring=sheets(Notes=lambda t: [], Data=rows_of)),
        Mistake("a first sheet of notes", ("allowed: Notes on it", 'if they stand on another sheet, write sheet = "..."'), data="panel.xlsx",
                bring=sheets(Notes=lambda t: [["Notes on it"], ["Source: own"]], Data=rows_of)),
        Mistake('sheet = "data"', ("sheet 'data' is not known; allowed: Data, Notes (did you mean 'Data'?)",), head='sheet = "data"', data="panel.xlsx", bring=sheets(Notes=lambda t: [], Data=rows_of)),
        Mistake("sheet = 2", ("study.sheet is '2'; allowed: a text in quotes",), head="sheet = 2"),
        Mistake('sheet = "Data" for a file of commas', ("study.sheet is for .xlsx; leave it out",), head='sheet = "Data"'),
    ],
    "A note or an empty row below the table": [
        *files({
            "a note": (with_row(country="Source: own"), "line 50, row 49: yr is empty"),
            "a note in a short line": (text("{}Source: own\n".format), "or a note stands below the table"),
            "a note with commas": (text("{}Source: own, of a, b, c, d, e, f\n".format), "a comma within a text stands in quotes, or a note stands below"),
            "an empty row": (text("{},,,,,\n".format), ALL),
            "a row of totals": (with_row(country="All", yr="Total", aid=1), "yr is 'Total'; allowed: whole numbers"),
        }),
    ],
    "An entity and period twice": [
        *files({
            "a row again": (lambda t: pd.concat([t, t[:1]]), "two rows for country Argentina, yr 1980 (panel.csv, line 2, row 1 and panel.csv, line 50, row 49); allowed: one; leave one out"),
            "two donors": (lambda t: pd.concat([t.assign(donor="A"), t.assign(donor="B")]), 'donor tells them apart: write joined = { pair = "{country} - {donor}" } and entity = "pair" under [study]'),
        }),
    ],
    "A column twice": [
        *files({
            "gdp twice": (text(lambda csv: csv.replace(",war", ",gdp", 1)), "the column 'gdp' stands 2 times; allowed: once"),
            "the numbers of rows as a first column": (lambda t: t.to_csv("panel.csv"), ALL),
        }),
    ],
    "Blanks around a name": [
        Mistake(f"{name!r} in one row", ("differs by blanks alone from 'Brazil' and is read as it", LAGS), model=LAGGED, bring=ninth(name))
        for name in ("Brazil ", " Brazil", "Brazil\xa0")
    ],
    "A name in two cases": [
        Mistake("'BRAZIL' in one row", ("warning: panel.csv: country: 'Brazil' and 'BRAZIL' differ by case",), model=LAGGED, bring=ninth("BRAZIL")),
        Mistake("every other year in capitals", ("no row is left of 48", "'ARGENTINA' and 'Argentina' differ by case"), model=LAGGED, bring=shouting("country", lambda t: t["yr"] % 2 == 0)),
        Mistake("a region in two cases", ("region: 'AFRICA' and 'Africa' differ by case",), model='formula = "aid ~ gdp + dummies(region)"', bring=shouting("region", lambda t: t["yr"] < 1984)),
    ],
    "Blanks around a heading": [
        *files({"' gdp '": (called(" gdp "), ALL)}),
        Mistake("aid ~ GDP per head", ("found 'per'", "a name with blanks stands in backticks"), model='formula = "aid ~ GDP per head"', bring=called("GDP per head")),
        Mistake("entity is 'Country Name' in the file", ("entity column 'country' is not known", "did you mean 'Country Name'"), bring=called("Country Name", "country")),
    ],
    "A word misspelt": [
        *keys({
            'formula = "aid ~ gpd"': "column 'gpd' is not known; allowed: aid, country, gdp, region, war, yr (did you mean 'gdp'?)",
            'estimater = "ols"': "(did you mean 'estimator'?)",
            'wher = "war == 1"': "(did you mean 'where'?)",
            'covariance = [{ kind = "clustered", clusters = ["country"] }]': "(did you mean 'cluster'?)",
            'estimator = "quantile"\noptions = { tau = 0.5 }': "option 'tau' is not known; here it is options = { q = 0.5 }",
        }),
        Mistake('entity = "contry"', ("entity column 'contry' is not known", "(did you mean 'country'?)"), study=whole(MODEL, f"[study]\n{KEYS}".replace("country", "contry"))),
    ],
    "A key of another program": [
        *keys({
            "fe = true": 'key \'fe\' is not known; here it is effects = ["entity"]',
            "robust = true": 'key \'robust\' is not known; here it is covariance = [{ kind = "hc1" }]',
            'cluster = ["country"]': 'here it is covariance = [{ kind = "clustered", cluster = ["..."] }]',
            'if = "war == 1"': 'here it is where = "..."',
            'instruments = ["war"]': "here it is options = { endogenous = [...], instruments = [...] }",
            "noconstant = true": "here it is intercept = false",
            "options = { robust = true }": 'here it is covariance = [{ kind = "hc1" }]',
        }),
        Mistake('panel = "country" under [study]', ('key \'panel\' is not known; here it is entity = "..."',), head='panel = "country"'),
        Mistake("formula under [study]", ("key 'formula' is not known; it stands under [[models]]",), head=FORMULA),
    ],
    "A name in another case": [
        *files({"GDP in the file": (called("GDP"), "(did you mean 'GDP'?)")}),
        *formulas({"AID ~ gdp": "(did you mean 'aid'?)"}),
        *keys({'effects = ["entity", "Time"]': "(did you mean 'time'?)"}),
    ],
    "An estimator of another program": [
        *estimators({
            "fe": 'estimator = "ols" with effects = ["entity"]', "xtreg": 'estimator = "ols" with effects = ["entity"]',
            "poisson": "'ppml'", "nbreg": "'negative_binomial'", "re": "'random_effects'", "reg": "'ols'",
            "PanelOLS": 'estimator = "ols" with effects = ["entity"]', "ppmlhdfe": "'ppml'", "qreg": "'quantile'",
            "heckman": 'estimator = "heckman_ml" or "heckman_two_step"', "xtabond2": "'difference_gmm'", "sureg": "'sur'",
            "robust": 'covariance = [{ kind = "hc1" }]', "pcse": 'covariance = [{ kind = "pcse" }]', "tsls": "'iv_2sls'",
        }),
    ],
    "An estimator misspelt": [
        *keys({f'estimator = "{word}"': f"(did you mean '{meant}'?)" for word, meant in {"osl": "ols", "gmm": "iv_gmm", "OLS": "ols", "tobbit": "tobit"}.items()}),
        *keys({f'estimator = "{word}"': f"word '{word}' is not known; here it is {meant}" for word, meant in {"2sls": "'iv_2sls'", "feols": 'estimator = "ols" with effects = ["entity"]'}.items()}),
    ],
    "Robust errors by another name": [
        *keys({f'covariance = [{{ kind = "{word}" }}]': f"word '{word}' is not known; here it is {meant}" for word, meant in {"robust": "'hc1'", "white": "'hc1'", "cluster": "'clustered'", "iid": "'classical'", "HAC": "'newey_west'", "bootstrap": "'pairs_bootstrap'"}.items()}),
        *keys({'covariance = [{ kind = "HC1" }]': "(did you mean 'hc1'?)"}),
    ],
    "Errors not as a list": [
        *keys({
            'covariance = "clustered"': 'models.m.covariance is \'clustered\'; allowed: a list of tables, as in [{ kind = "clustered" }]',
            'covariance = "robust"': 'a list of tables, as in [{ kind = "hc1" }]',
            'covariance = { kind = "hc1" }': 'a list of tables, as in [{ kind = "hc1" }]',
            'covariance = ["clustered"]': 'a table, as in { kind = "clustered" }',
            'covariance = [{ type = "hc1" }]': "covariance.[1].kind: this key is missing; found: type",
        }),
    ],
    "Effects not as a list": [
        *keys({
            'effects = "entity"': 'models.m.effects is \'entity\'; allowed: a list, as in ["entity"]',
            "effects = true": 'a list, as in ["entity", "time"]',
            "effects = entity": 'a text stands in quotes: effects = "entity"',
        }),
    ],
    "Clusters not as a list": [
        *keys({
            'covariance = [{ kind = "clustered", cluster = "country" }]': 'cluster is \'country\'; allowed: a list, as in ["country"]',
            'covariance = [{ kind = "clustered", cluster = ["contry"] }]': "column 'contry' is not known",
            'covariance = [{ kind = "clustered", cluster = ["country", "yr", "region"] }]': "allowed: one name, or two different names",
        }),
    ],
    "Effects by the names of columns": [
        *keys({
            'effects = ["country", "yr"]': ALL,
            'effects = ["year"]': "column 'year' is not known",
            'effects = ["region^yr"]': f'allowed: a name{SAYS}effects = ["region", "yr"] and, as a term of the formula, interaction(dummies(region), dummies(yr))',
            'effects = ["country", "i.region#i.yr"]': f'models.m.effects.[2] is \'i.region#i.yr\'; allowed: a name{SAYS}effects = ["region", "yr"] and, as a term',
            'formula = "aid ~ gdp + interaction(dummies(region), dummies(yr))"\neffects = ["region", "yr"]': ALL,
            'options = { effects = ["entity"] }': "effects is a key of the model itself, beside options",
            'estimator = "random_effects"\neffects = ["entity"]': ("models.m.effects: random_effects absorbs none; allowed with", "dummies(x) as a term"),
            'estimator = "difference_gmm"\neffects = ["time"]': "entities' it transforms away, and options = { time_dummies = true } adds those of periods",
            'formula = "aid ~ gdp + dummies(yr)"\nestimator = "difference_gmm"': "has no variation of its own in the transformed rows (constant over time within entities, or a combination of the terms before it); for dummies of periods write time_dummies = true",
            'estimator = "quantile"\noptions = { quantile = 0.9 }': "option 'quantile' is not known; here it is options = { q = 0.5 }",
        }),
    ],
    "Products and powers in a formula": [
        *formulas({
            "aid ~ gdp*war": f"{SAYS}aid ~ gdp + war + interaction(gdp, war)",
            "aid ~ gdp:war": f"{SAYS}aid ~ interaction(gdp, war)",
            "aid ~ gdp + gdp^2": f"{SAYS}aid ~ gdp + (gdp^2)",
            "aid ~ c.gdp##c.war": f"{SAYS}aid ~ gdp + war + interaction(gdp, war)",
            "aid ~ gdp*war*yr": f"{SAYS}aid ~ gdp + war + yr + interaction(gdp, war)",
            "aid ~ (gdp + war)^2": f"{SAYS}aid ~ gdp + war + interaction(gdp, war)",
            "aid ~ 2*gdp": f"{SAYS}aid ~ (2*gdp)",
            "aid ~ gdp war": f"{SAYS}aid ~ gdp + war",
            "aid = gdp + war": f"{SAYS}aid ~ gdp + war",
        }),
    ],
    "Dummies as in other programs": [
        *formulas({
            "aid ~ C(region)": f"{SAYS}dummies(region)", "aid ~ factor(region)": f"{SAYS}dummies(region)",
            "aid ~ i.region": f"{SAYS}aid ~ dummies(region)", "aid ~ i.(region yr)": f"{SAYS}aid ~ dummies(region) + dummies(yr)",
            "aid ~ ib1980.yr": f"{SAYS}aid ~ dummies(yr, 1980)", "aid ~ i.region#c.gdp": f"{SAYS}aid ~ interaction(dummies(region), gdp)",
            "aid ~ pd.get_dummies(region)": f"{SAYS}aid ~ dummies(region)", 'aid ~ dummies(region, ref = "Africa")': f'{SAYS}aid ~ dummies(region, "Africa")',
            "aid ~ dummies(region, Africa)": 'as in dummies(region, "Africa")', "aid ~ (region == Africa)": "Africa is a level of region: write it in quotes",
            'aid ~ region == "Africa"': f'{SAYS}aid ~ (region == "Africa")', 'aid ~ ifelse(region == "Africa", 1, 0)': f'{SAYS}(region == "Africa")',
        }),
    ],
    "Lags as in other programs": [
        *formulas({
            "aid ~ L.gdp": f"{SAYS}aid ~ lag(gdp, 1)", "aid ~ D.gdp": f"{SAYS}aid ~ diff(gdp)", "aid ~ l(gdp, 1)": f"{SAYS}lag(gdp, 1)",
            "aid ~ lag(gdp, 1:2)": "m: 36 of 48 rows", "aid ~ L(0/2).gdp": f"{SAYS}aid ~ lag(gdp, 0:2)", "aid ~ LD.gdp": f"{SAYS}aid ~ lag(diff(gdp), 1)",
            "aid ~ L.(gdp war)": f"{SAYS}aid ~ lag(gdp, 1) + lag(war, 1)", "aid ~ gdp(-1)": f"{SAYS}lag(gdp, 1)", "aid ~ gdp[t-1]": f"{SAYS}aid ~ lag(gdp, 1)",
            "aid ~ gdp.shift(1)": f"{SAYS}aid ~ lag(gdp, 1)", "aid ~ lag(gdp, c(1, 3))": f"{SAYS}lag(gdp, 1) + lag(gdp, 3)", "aid ~ lag(gdp, k = 2)": f"{SAYS}aid ~ lag(gdp, 2)",
            "aid ~ gdp_lag1": f"{SAYS}lag(gdp, 1)", "aid ~ lag(gdp, -1)": "allowed: 1 to 50, as in lag(x, 2); what follows is lead(x, 2)", "aid ~ shift(gdp, 1)": f"{SAYS}lag(gdp, 1)",
        }),
    ],
    "Bars, effects and whole commands": [
        *formulas({
            "aid ~ gdp | country + yr": f'{SAYS}aid ~ gdp, effects = ["country", "yr"]',
            "aid ~ war | gdp ~ yr": f'{SAYS}aid ~ war, estimator = "iv_2sls", options = {{ endogenous = ["gdp"], instruments = ["yr"] }}',
            "aid ~ gdp | region^yr": f'{SAYS}aid ~ gdp + interaction(dummies(region), dummies(yr)), effects = ["region", "yr"]',
            "reghdfe aid gdp, absorb(country region#yr)": f'{SAYS}aid ~ gdp + interaction(dummies(region), dummies(yr)), effects = ["country", "region", "yr"]',
            "aid ~ gdp | fe": f'{SAYS}aid ~ gdp, effects = ["entity"]',
            "aid ~ gdp, robust": f'{SAYS}aid ~ gdp, covariance = [{{ kind = "hc1" }}]',
            "aid ~ gdp, fe": f'{SAYS}aid ~ gdp, effects = ["entity"]',
            "xtreg aid gdp, fe": f'{SAYS}aid ~ gdp, effects = ["entity"]',
            "reg aid gdp war, vce(cluster country)": f'{SAYS}aid ~ gdp + war, covariance = [{{ kind = "clustered", cluster = ["country"] }}]',
            "feols(aid ~ gdp | country, df)": f'{SAYS}aid ~ gdp, effects = ["country"]',
            "ivregress 2sls aid war (gdp = yr)": 'options = { endogenous = ["gdp"], instruments = ["yr"] }',
            "aid ~ gdp + EntityEffects": f'{SAYS}effects = ["entity"] beside the formula',
            "aid ~ gdp + (1|country)": f'{SAYS}aid ~ gdp, estimator = "random_effects"',
            "aid ~ gdp - 1": f"{SAYS}aid ~ gdp, intercept = false",
            "aid ~ gdp if war == 1": f'{SAYS}aid ~ gdp, where = "war == 1"',
            "aid ~ gdp [aw=war]": f'{SAYS}aid ~ gdp, weights = "war"',
        }),
    ],
    "Functions as in other programs": [
        *formulas({
            "aid ~ I(gdp^2)": f"{SAYS}(gdp ^ 2)", "aid ~ ln(gdp)": ALL, "aid ~ sqrt(gdp)": ALL, "aid ~ exp(gdp)": ALL,
            "aid ~ log10(gdp)": f"{SAYS}(log(gdp) / log(10))", "aid ~ poly(gdp, 2)": f"{SAYS}powers(gdp, 2)", "aid ~ gdp**2": f"{SAYS}aid ~ (gdp ^ 2)",
            "aid ~ np.log(gdp)": f"{SAYS}aid ~ log(gdp)", "aid ~ square(gdp)": f"{SAYS}(gdp ^ 2)", "aid ~ scale(gdp)": f"{SAYS}standardise(gdp)",
            "aid ~ mean(gdp, by = country)": f"{SAYS}aid ~ mean_of(gdp, country)", "aid ~ log gdp": f"{SAYS}aid ~ log(gdp)", "aid ~ gdp²": f"{SAYS}aid ~ (gdp ^ 2)",
            "aid ~ LN(gdp)": f"{SAYS}log(gdp)", "aid ~ rank(gdp)": ("function 'rank' is not known; allowed: abs", "can be a column of the file"),
        }),
    ],
    "Filters as in other programs": [
        *filters({
            "war = 1": f"{SAYS}war == 1", "war == 1 & gdp > 2": f"{SAYS}war == 1 and gdp > 2", "1980 < yr < 1985": f"{SAYS}(1980 < yr and yr < 1985)",
            "isna(gdp)": f"{SAYS}gdp is missing", "gdp.notna()": f"{SAYS}gdp is not missing", "!is.na(gdp)": f"{SAYS}gdp is not missing", "gdp is null": f"{SAYS}gdp is missing",
            "war == true": f"{SAYS}1 for true, 0 for false", "!war": f"{SAYS}not war", "yr >= 1980 AND yr <= 1985": f"{SAYS}yr >= 1980 and yr <= 1985",
            'region in ["America"]': f'{SAYS}region in ("America")', 'region.isin(["America"])': f'{SAYS}region in ("America")', "yr in 1980:1985": f"{SAYS}(yr >= 1980 and yr <= 1985)",
            "yr => 1982": f"{SAYS}yr >= 1982", "if war == 1": f"{SAYS}war == 1", "yr == 1980 | 1981": f"{SAYS}yr in (1980, 1981)", "yr == 1980 or 1981": "1981 alone is no condition; write yr in (1980, 1981)",
            "yr == 1980 or": "a number, a column or a call was expected", "region == America": "America is a level of region: write it in quotes", "country == Brasil": "a text stands in quotes", "region == “America”": f'{SAYS}region == "America"',
        }),
    ],
    "A level that no row has": [
        *filters({
            'region == "Asia"': ("no row is left of 48 (outside where: 48)", "no row of region is 'Asia'"),
            'region in ("America", "Afrika")': "warning: panel.csv: no row of region is 'Afrika' (did you mean 'Africa'?)",
            'country in ("Brasil", "Chile")': ("fewer than two clusters", "no row of country is 'Brasil' (did you mean 'Brazil'?)"),
            "yr == 2050": "no row of yr is 2050: it is 1980 to 1987",
            "yr > 1990": "no row of yr is > 1990: it is 1980 to 1987",
        }),
    ],
    "A text where a number is needed": [
        *formulas({
            "aid ~ country": ("panel.csv, line 2, row 1: country is 'Argentina', a text", "dummies(country) makes a column for each level"),
            "aid ~ region": ('(region == "America") is 0 or 1', "dummies(region)"),
            "country ~ gdp": "country is 'Argentina', a text; a number is needed here",
            "aid ~ log(region)": "region is 'America', a text",
            'aid ~ lag("gdp")': "numbers and columns stand without quotes",
        }),
    ],
    "True and false": [
        Mistake(f"{yes} and {no}", (told,), model='formula = "aid ~ war"', bring=every("war", {1: yes, 0: no}.get))
        for yes, no, told in (("TRUE", "FALSE", ALL), ("yes", "no", '(war == "yes") is 0 or 1'), ("T", "F", '(war == "T") is 0 or 1'))
    ],
    "A column without values": [
        *files({"gdp empty": (every("gdp", lambda _: None), "no row is left of 48 (missing regressor gdp: 48); panel.csv: gdp is empty in every row")}),
        Mistake("two columns that are never there together", ("no row is left of 48 (missing regressor gdp: 40, missing regressor war: 8)",), model='formula = "aid ~ gdp + war"',
                bring=lambda t: t.assign(gdp=t["gdp"].where(t["country"] == "Peru"), war=t["war"].where(t["country"] != "Peru"))),
    ],
    "A number that means missing": [
        *files({f"{value} in some rows": (some("gdp", value), f"warning: panel.csv: gdp is {value} in 6 rows, and from 3.16 to 7.43 in all others; if it means missing, write missing = [{value}]") for value in (-999, -99, 9999)}),
        *files({"9 among zeros and ones": (some("war", 9), "warning: panel.csv: war is 9 in 6 rows, and 0 or 1 in all others")}, model='formula = "aid ~ war"'),
        Mistake("-999 with missing = [-999]", ("m: 42 of 48 rows",), head="missing = [-999]", bring=some("gdp", -999)),
    ],
    "Names that are no plain words": [
        Mistake(f"aid ~ {name}", (told,), model=f"formula = 'aid ~ {name}'", bring=called(name))
        for name, told in {
            "mil.aid": f"{SAYS}aid ~ `mil.aid`", "_gdp": f"{SAYS}aid ~ `_gdp`", "1990gdp": f"{SAYS}aid ~ `1990gdp`",
            "größe": "a name of other letters stands in backticks", "国防": "a name of other letters stands in backticks",
            "in": "found 'in'; a word of the language; a column of this name stands in backticks", "`GDP (current US$)`": "m: 48 of 48 rows",
        }.items()
        if not name.startswith("`")
    ] + [
        Mistake("aid ~ `GDP (current US$)`", (ALL,), model="formula = 'aid ~ `GDP (current US$)`'", bring=called("GDP (current US$)")),
        Mistake("aid ~ GDP (current US$)", ("'$' is not in the language", "backticks"), model="formula = 'aid ~ GDP (current US$)'", bring=called("GDP (current US$)")),
    ],
    "Long and strange labels": [
        Mistake("a label of 300 letters", (ALL,), study=whole(f'[labels]\ngdp = "{"x" * 300}"\n\n{MODEL}')),
        Mistake("a label of 3,000 letters", ("allowed: at most 2000 characters",), study=whole(f'[labels]\ngdp = "{"x" * 3000}"\n\n{MODEL}')),
        Mistake("R&D <b> 50% $ # ~ \\ {}", (ALL,), study=whole(f"[labels]\ngdp = 'R&D <b> 50% $ # ~ \\ {{}}'\n\n{MODEL}")),
    ],
    "A label of nothing": [
        Mistake(f"{label} under [labels]", (told,), study=whole(f'[labels]\n{label} = "Income"\n\n{MODEL}'))
        for label, told in {"gpd": "warning: labels: 'gpd' is no term of the results (did you mean 'gdp'?)", '"log(gdp)"': "'log(gdp)' is no term of the results", "log(gdp)": "a key that is no plain word stands in quotes"}.items()
    ],
    "Regressors that say the same": [
        Mistake("a constant", ("'k' does not vary; leave it out",), model='formula = "aid ~ gdp + k"', bring=with_column("k", lambda t: 1)),
        Mistake("twice another", ("'k' is an exact linear combination of gdp; leave one of them out",), model='formula = "aid ~ gdp + k"', bring=with_column("k", lambda t: 2 * t["gdp"])),
        Mistake("the same in all years of a country", ("'k' does not vary within entity: the entity effects absorb it; leave it out",), model='formula = "aid ~ gdp + k"\neffects = ["entity"]', bring=with_column("k", lambda t: t["country"].str.len())),
        *formulas({"aid ~ gdp + gdp": "two terms called 'gdp'; leave one of them out", "aid ~ aid": "the outcome aid stands among the regressors", "aid ~ dummies(country) + dummies(region)": "is an exact linear combination of"}),
    ],
    "Regressors that say nearly the same": [
        Mistake("the same but for 1e-9", ("'k' is nearly a linear combination of gdp: fewer than half the digits",), model='formula = "aid ~ gdp + k"', bring=with_column("k", lambda t: t["gdp"] + 1e-9 * t["aid"])),
        *formulas({"aid ~ powers(gdp, 10)": "is nearly a linear combination of"}),
    ],
    "One entity": [
        *filters({'country == "Peru"': "cluster 'entity' has fewer than two clusters"}),
        Mistake("one entity with effects of years", ("no row is left of 48", "single row of its yr: 8"), model="where = \"country == 'Peru'\"\neffects = [\"entity\", \"time\"]"),
        Mistake("one year, first differences", ("no entity is observed in two consecutive periods",), model='estimator = "first_difference"', bring=lambda t: t[t["yr"] == 1980]),
    ],
    "Two periods": [
        Mistake("difference GMM", ("longest run here is 2",), model='estimator = "difference_gmm"', bring=lambda t: t[t["yr"] < 1982]),
        Mistake("lag(gdp, 3)", ("no row is left of 12 (missing regressor lag(gdp, 3): 12)",), model='formula = "aid ~ lag(gdp, 3)"', bring=lambda t: t[t["yr"] < 1982]),
        *keys({'covariance = [{ kind = "newey_west", lags = 20 }]': "lags is 20; allowed: 0 to 7"}),
    ],
    "A model that cannot be": [
        Mistake("more parameters than rows", ("3 rows are too few to estimate 4 parameters",), model='formula = "aid ~ gdp + war + yr"', bring=lambda t: t[:3]),
        *keys({
            'estimator = "logit"': "'aid' must be 0 or 1, found",
            'estimator = "iv_2sls"': "options: endogenous is missing; iv_2sls needs it",
            'formula = "aid ~ war"\nestimator = "iv_2sls"\noptions = { endogenous = ["gdp"] }': "options: instruments is missing",
            'formula = "aid ~ war"\nestimator = "iv_2sls"\noptions = { endogenous = ["gdp", "yr"], instruments = ["lag(gdp)"] }': "1 instruments (lag(gdp)) for 2 endogenous regressors (gdp, yr): not identified",
            'formula = "aid ~ war + gdp"\nestimator = "iv_2sls"\noptions = { endogenous = ["gdp"], instruments = ["lag(gdp)"] }': "'gdp' stands in the formula and among endogenous: take it out of the formula",
            'formula = "aid ~ lag(aid, 1)"\nestimator = "difference_gmm"': "adds the lags of the outcome itself (options.lags); leave lag(aid, 1) out",
        }),
        Mistake("a Poisson model of negative numbers", ("'aid' must not be negative, found", "for Argentina, 1980"), model='estimator = "ppml"', bring=every("aid", lambda v: v - 6)),
    ],
    "A call that is not known": [
        *calls({
            "": "a command is missing; to begin: replicate init panel.csv, replicate run study.toml",
            "runs study.toml": "command 'runs' is not known (did you mean 'run'?)", "estimate study.toml": "write replicate run",
            "study.toml": "write replicate run study.toml", "panel.csv": "write replicate init panel.csv", "help": "write replicate --help",
            "init": "the following arguments are required: FILE; see replicate init --help", "run study.toml --output x": "(did you mean '--out'?)",
        }),
    ],
    "A slip in the study file": [
        Mistake(slip, ("study.toml: not TOML: ", told), study=whole(f'[[models]]\nid = "m"\n{slip}'))
        for slip, told in {
            "formula = aid ~ gdp": 'a text stands in quotes: formula = "aid ~ gdp"', 'formula: "aid ~ gdp"': 'write formula = "aid ~ gdp"',
            'formula = "aid ~ gdp': "a text ends on its line", "formula = “aid ~ gdp”": 'quotes are straight: formula = "aid ~ gdp"',
            f"{FORMULA}\nintercept = False": "write intercept = false", f"{FORMULA}\neffects = [entity, time]": 'texts stand in quotes: effects = ["entity", "time"]',
            f'{FORMULA}\neffects = ["entity" "time"]': "entries are parted by commas", f"{FORMULA}\n{FORMULA}": "this key stands twice in its section",
            f'{FORMULA}\nwhere = "region == "Africa""': "write where = 'region == \"Africa\"'", "// a remark": "# begins a remark", f"{FORMULA},": "nothing stands behind a value",
        }.items()
    ],
    "Brackets of sections": [
        Mistake(slip.replace("\n", " "), (told,), study=whole(slip))
        for slip, told in {
            f'[models]\nid = "m"\n{FORMULA}': "allowed: [[models]], in two brackets, before each entry", f'[[models]\nid = "m"\n{FORMULA}': "[study] in one bracket, [[models]] in two",
            f'[[model]]\nid = "m"\n{FORMULA}': "(did you mean 'models'?)", f"[[models]]\n{FORMULA}": "models.[1].id: this key is missing; found: formula",
            '[[models]]\nid = "m"': "models.m.formula: this key is missing", "": "warning: the study asks for nothing; an entry [[models]]",
        }.items()
    ],
    "Outside a project": [
        *calls({
            "data": "data/raw/SOURCES.toml: there is no such file; this folder holds no project", "report": "results/current: no results yet; run a study first",
            "check": "results/current: no results yet", "trace s/t gdp 1": "study 's' is not known; there is none",
        }),
    ],
}  # fmt: skip
