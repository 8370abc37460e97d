"""What a stranger may do to results or to a frozen version, one by one, and what the check must say first."""

from __future__ import annotations

import csv
import shutil

import pytest

from tests.engine.versions.conftest import checked, field, plant

SMALL, CLAIMS, V1 = "results/current/small", "results/current/claims", "results/v1"
ESTIMATES = f"{SMALL}/estimates.csv"


def changed(place, old, new):
    return lambda project: plant(project.root / place, old, new)


def deleted(place):
    return lambda project: (project.root / place).unlink()


def filled(place, content=b""):
    """All of a file in one stroke; emptied if nothing else is said."""

    def act(project):
        (project.root / place).chmod(0o644)
        (project.root / place).write_bytes(content)

    return act


def number(change, column="estimate", record="estimates"):
    """A cell of the first row of a record."""

    def act(project):
        path = project.current / "small" / f"{record}.csv"
        with path.open(newline="") as stream:
            rows = list(csv.reader(stream))
        place = rows[0].index(column)
        rows[1][place] = change(rows[1][place])
        with path.open("w", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    return act


def lines(place, change):
    def act(project):
        path = project.root / place
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    return act


def gone(place):
    """A whole folder taken away."""

    def act(project):
        for path in (project.root / place).rglob("*"):
            path.chmod(0o755)
        shutil.rmtree(project.root / place)

    return act


def numbers_of_a_page(project):
    path = project.root / SMALL / "tables" / "models.html"
    path.write_text(path.read_text().replace("55", "99"))


def crossed(project):
    """The p value of the first row on the other side of .05."""
    new = "0.0501" if float(field(project, 1, "p_value")) < 0.05 else "0.0499"
    number(lambda _: new, "p_value")(project)


def swapped(rows):
    """The labels of two coefficients, each at the other's numbers."""
    second, third = rows[2].replace('"lag(x, 1)"', "z"), rows[3].replace(",z,", ',"lag(x, 1)",')
    assert (second, third) != (rows[2], rows[3])
    return [*rows[:2], second, third, *rows[4:]]


def flipped(old):
    return old.removeprefix("-") if old.startswith("-") else f"-{old}"


def times(factor):
    return lambda old: repr(float(old) * factor)


def with_column(rows):
    return [row.replace("\n", ",x\n") for row in rows]


def without_column(rows):
    return [f"{row.rpartition(',')[0]}\n" for row in rows]


RECORDS = {
    "a seventh digit of a coefficient": (
        number(times(1 + 1e-7)),
        "small/estimates.csv: line, clustered, const, estimate: ",
    ),
    "a flipped sign": (number(flipped), "(sign, "),
    "a p value that crosses the level": (
        crossed,
        "small/estimates.csv: line, clustered, const, p_value: ",
    ),
    "a standard error": (number(times(1 + 1e-6), "std_error"), "line, clustered, const, std_error: "),
    "an end of an interval": (number(times(1 + 1e-6), "conf_low"), "line, clustered, const, conf_low: "),
    "an interval that lets zero go": (number(flipped, "conf_low"), "(significance, "),
    "a covariance": (number(times(1.001), "value", "covariances"), "line, clustered, const, const, value: "),
    "a statistic of a model": (
        changed(f"{SMALL}/models.csv", "small,line,,rsquared,,0.01", "small,line,,rsquared,,0.02"),
        "small/models.csv: line, rsquared, value: ",
    ),
    "one more observation": (
        changed(f"{SMALL}/models.csv", "small,line,,nobs,,55", "small,line,,nobs,,56"),
        "small/models.csv: line, nobs, value: ",
    ),
    "a described figure": (
        number(lambda _: "101.0", "value", "statistics"),
        "small/statistics.csv: stake, rice, 1980, value: 100.0 -> 101.0 (value",
    ),
    "another unit": (
        number(lambda _: "dollars", "unit", "statistics"),
        "small/statistics.csv: stake, rice, 1980, unit: yen -> dollars",
    ),
    "why a row was left out": (
        changed(f"{SMALL}/dropped_rows.csv", "outside where", "missing outcome y"),
        "cause: outside where -> missing outcome y",
    ),
    "a row that was left out": (
        lines(f"{SMALL}/dropped_rows.csv", lambda rows: rows[:-1]),
        "small/dropped_rows.csv: line, F, 1991, cause: vanished",
    ),
    "another study's name": (
        lines(ESTIMATES, lambda rows: [row.replace("small,", "large,", 1) for row in rows]),
        "small/estimates.csv: study: small -> large",
    ),
    "another kind of term": (
        number(lambda _: "regressor", "kind"),
        "line, clustered, const, kind: constant -> regressor",
    ),
    "a column more": (lines(f"{SMALL}/models.csv", with_column), "small/models.csv: column x: appeared"),
    "a column less": (lines(ESTIMATES, without_column), "small/estimates.csv: all of it (is no record of "),
    "an infinite coefficient": (number(lambda _: "inf"), "-> inf (value"),
    "an estimate that is no number": (number(lambda _: "nan"), "estimate: vanished (nan)"),
    "an emptied cell": (number(lambda _: ""), "estimate: vanished"),
    "a lost row": (lines(ESTIMATES, lambda rows: rows[:-1]), "curve, clustered, z, estimate: vanished"),
    "a row twice": (lines(ESTIMATES, lambda rows: [*rows, rows[-1]]), "z, estimate: appeared"),
    "a row too many": (
        lines(ESTIMATES, lambda rows: [*rows, rows[-1].replace(",", ",more", 1)]),
        "morecurve, clustered, z, estimate: appeared",
    ),
    "a row of too many fields": (
        changed(ESTIMATES, "curve,clustered", "curve,clustered,clustered"),
        "small/estimates.csv: all of it (is no record of results",
    ),
    "rows of another name": (
        changed(ESTIMATES, ",line,clustered,constant,const,", ",line,clustered,constant,other,"),
        "clustered, const, estimate: vanished",
    ),
    "two labels swapped": (lines(ESTIMATES, swapped), "small/estimates.csv: line, clustered, lag(x, 1), "),
    "an estimator that is held less strictly": (
        changed(f"{SMALL}/accounts.json", '"estimator": "ols"', '"estimator": "ppml"'),
        "small/accounts.json: line, estimator: ols -> ppml (value)",
    ),
    "how many rows a model used": (
        changed(f"{SMALL}/accounts.json", '"nobs": 5', '"nobs": 6'),
        "small/accounts.json: line, nobs: 5",
    ),
    "accounts deleted": (deleted(f"{SMALL}/accounts.json"), "small/accounts.json: curve, choices: vanished"),
    "a search that ended nowhere": (
        filled(
            f"{SMALL}/telemetry.csv",
            b"study,model,name,value\nsmall,curve,gradient_norm,0.5\n",
        ),
        "small/telemetry.csv: curve: gradient norm 0.5 is above its bound",
    ),
    "what tells of searches": (
        filled(f"{SMALL}/telemetry.csv", b"study,model,name,value\n"),
        "small/telemetry.csv: was changed",
    ),
    "a looser threshold": (
        changed(f"{SMALL}/study.toml", 'id = "small"', 'id = "small"\nthreshold = "sign"'),
        "small: study.threshold is sign and was not set in v1",
    ),
    "another formula in the study file": (
        changed(f"{SMALL}/study.toml", "lag(x, 1)", "lag(x, 2)"),
        "small/study.toml: was changed",
    ),
    "a manifest deleted": (deleted(f"{SMALL}/manifest.json"), "small/(results): all of it: vanished"),
    "a study deleted": (gone(SMALL), "small/(results): all of it: vanished"),
}
PRINTED = {
    "a cell of a table": (
        changed(f"{SMALL}/tables/models.csv", "Observations,55", "Observations,56"),
        "55 -> 56 (value",
    ),
    "a last digit without its record": (
        changed(f"{SMALL}/tables/yen.csv", "110", "111"),
        "small/tables/yen.csv: rice, price: 110 -> 111 (value",
    ),
    "a row of a table": (
        lines(f"{SMALL}/tables/models.csv", lambda rows: rows[:-1]),
        "small/tables/models.csv: χ², all slopes, p value: vanished",
    ),
    "a table emptied": (filled(f"{SMALL}/tables/models.csv"), "small/tables/models.csv: Line: vanished"),
    "a table more": (
        lambda project: (project.root / SMALL / "tables" / "more.csv").write_text("a,b\n1,2\n"),
        "small/tables/more.csv: all of it: appeared",
    ),
    "a cell of LaTeX": (
        changed(f"{SMALL}/tables/models.tex", "Observations & 55", "Observations & 56"),
        "small/tables/models.tex: Observations",
    ),
    "LaTeX emptied": (filled(f"{SMALL}/tables/models.tex"), "small/tables/models.tex: all of it: vanished"),
    "a cell of Markdown": (
        changed(f"{SMALL}/tables/models.md", "Observations | 55", "Observations | 56"),
        "small/tables/models.md: Observations",
    ),
    "every cell of a page": (numbers_of_a_page, "small/tables/models.html: Observations"),
    "a page of garbage": (
        filled(f"{SMALL}/tables/models.html", b"garbage"),
        "small/tables/models.html: all of it: vanished",
    ),
    "a line of a figure": (changed(f"{SMALL}/figures/coefficients.svg", "<path", "<path class='x'"), "line "),
    "a figure emptied": (
        filled(f"{SMALL}/figures/coefficients.svg"),
        "small/figures/coefficients.svg: line 1: vanished",
    ),
    "a picture of garbage": (
        filled(f"{SMALL}/figures/coefficients.png", b"garbage"),
        "small/figures/coefficients.png: is no PNG that opens",
    ),
    "the report emptied": (filled("results/current/report.html"), "report/report.html: small/models"),
    "the report deleted": (deleted("results/current/report.html"), "report/report.html: all of it: vanished"),
    "a cell of the report": (
        changed("results/current/report.html", ">55", ">56"),
        "report/report.html: small/models",
    ),
    "what the report was made from": (deleted("results/current/report.json"), "report.json: is missing"),
    "a verdict of the ledger": (
        changed(f"{CLAIMS}/ledger.csv", "reproduced", "contradicted"),
        "claims/ledger.csv: one, verdict: reproduced -> contradicted",
    ),
    "a verdict on the ledger's page": (
        changed(f"{CLAIMS}/ledger.html", "reproduced", "contradicted"),
        "claims/ledger.html: was changed",
    ),
    "the ledger deleted": (deleted(f"{CLAIMS}/ledger.csv"), "claims/ledger.csv: all of it: vanished"),
    "all claims deleted": (gone(CLAIMS), "claims/(results): all of it: vanished"),
}
FROZEN = {
    "a frozen file more": (
        lambda project: (project.root / V1 / "more.csv").write_text("x"),
        "v1/more.csv: was added after",
    ),
    "the frozen checksums emptied": (filled(f"{V1}/SHA256SUMS"), "was added after the freeze"),
}
SEALED = ("tables.tex", "tables/models.typ", "figures/coefficients.pdf", "estimates.parquet")
LOST_BESIDE = ("telemetry.csv", "study.toml", "tables.docx", "tables/models.html", "figures/coefficients.png")
LOST_WITH_CELLS = (
    "estimates.csv", "tables/models.csv", "tables/models.tex", "tables/models.md", "figures/coefficients.svg",
)  # fmt: skip
FILES = {
    **{f"{n} deleted": (deleted(f"{SMALL}/{n}"), f"small/{n}: is missing") for n in SEALED + LOST_BESIDE},
    **{f"{n} of garbage": (filled(f"{SMALL}/{n}", b"garbage"), f"small/{n}: was changed") for n in SEALED},
    **{f"{n} deleted": (deleted(f"{SMALL}/{n}"), f"small/{n}: all of it: vanished") for n in LOST_WITH_CELLS},
    **{
        f"a record of {len(content)} bytes": (
            filled(ESTIMATES, content),
            "small/estimates.csv: all of it (is no record of results",
        )
        for content in (b"", b"garbage")
    },
    **{
        f"a frozen file {how}": (act(f"{V1}/small/models.csv"), f"v1/small/models.csv: {told}")
        for how, act, told in (
            ("edited", lambda place: changed(place, "nobs,,55", "nobs,,56"), "was changed"),
            ("emptied", filled, "was changed"),
            ("deleted", deleted, "is missing"),
        )
    },
}
FAILS = RECORDS | PRINTED | FROZEN | FILES


@pytest.mark.parametrize("name", FAILS)
def test_a_planted_change_fails_and_is_named_first(frozen, capsys, name):
    act, told = FAILS[name]
    act(frozen)
    code, lines = checked(frozen, capsys)
    assert code == 1
    assert told in lines[0], lines
    assert lines[-1].startswith("FAIL") and lines[-1].endswith("Details: results/check.txt")
    assert len(lines) <= 24
    listed = (frozen.results / "check.txt").read_text(encoding="utf-8")
    assert all(part in listed for part in told.strip().split(": "))


PASSES = {
    "an eleventh digit": number(times(1 + 1e-11)),
    "a tenth digit": number(times(1 + 1e-10)),
    "rows in another order": lines(ESTIMATES, lambda rows: [rows[0], *reversed(rows[1:])]),
}


@pytest.mark.parametrize("name", PASSES)
def test_what_means_nothing_passes(frozen, capsys, name):
    PASSES[name](frozen)
    code, lines = checked(frozen, capsys)
    assert code == 0 and len(lines) == 1 and lines[0].startswith("PASS")


UNREADABLE = {
    "a manifest of garbage": (
        filled(f"{SMALL}/manifest.json", b"garbage"),
        "manifest.json: is not as",
    ),
    "accounts emptied": (
        filled(f"{SMALL}/accounts.json"),
        "accounts.json: is not as",
    ),
    "a threshold that is no grade": (
        changed(f"{SMALL}/study.toml", 'id = "small"', 'id = "small"\nthreshold = "valeu"'),
        "(did you mean 'value'?)",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_tells_how_to_compare_and_cannot_be_read_is_one_line(frozen, capsys, name):
    act, told = UNREADABLE[name]
    act(frozen)
    code, lines = checked(frozen, capsys)
    assert code == 2 and len(lines) == 1 and told in lines[0], lines
