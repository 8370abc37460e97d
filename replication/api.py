"""The package in Python: `import replication as rp`.

>>> import replication as rp
>>> rows = [{"land": land, "year": year, "aid": aid, "gdp": gdp}
...         for land, year, aid, gdp in [("A", 1990, 2.0, 1.0), ("A", 1991, 3.5, 2.0), ("A", 1992, 5.0, 4.0),
...                                      ("B", 1990, 1.0, 0.5), ("B", 1991, 2.5, 2.5), ("B", 1992, 4.0, 3.0),
...                                      ("C", 1990, 0.5, 1.5), ("C", 1991, 2.0, 2.0), ("C", 1992, 2.5, 4.5)]]
>>> within = rp.fit("aid ~ gdp", rows, entity="land", time="year", effects=["entity"], covariance="hc1")
>>> print(within.summary())
data: 9 rows, 4 columns
<BLANKLINE>
model
aid by OLS; effects: entity; errors: HC1
       estimate  s.e.      p  95% from    to
  gdp      0.82  0.17  0.005      0.38  1.26
model: 9 of 9 rows (none dropped)

What a study file says of a model (docs/studies.md) a call says with the same words, and both give the same
numbers to the last bit: one thread is used, and, if the first of these functions is used before numpy or
pandas is imported, the kernels that every processor of a kind has. A mistake raises `rp.UserError` with the
line that the command would print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from replication.errors import DataError
from replication.panel.frames import Frame, read_frame
from replication.panel.read_table import read_user_table
from replication.panel.reading import Reading
from replication.project.places import Project
from replication.project.strict import validated
from replication.robustness.one_curve import CurveResults, one_curve
from replication.spec.entries import FileKeys
from replication.study.description import Description, description
from replication.study.one_fit import errors_of, fit_one, side_by_side
from replication.study.results import Results
from replication.study.run import run_study

Errors = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]
_one_thread = threadpool_limits.wrap(limits=1)


def read(data: str | Path | Reading | Frame, **keys: Any) -> Reading:
    """A panel from a file (CSV, Excel, Stata, parquet, a folder of it), a data frame, or a list of dicts.

    Parameters
    ----------
    data : path, data frame or list of dicts
        Anything that speaks Arrow's C stream is a data frame: pandas, pyarrow, polars.
    keys : missing, text, numbers, columns, sheet, header, decimal, encoding
        As under `[study]` in a study file.

    Returns
    -------
    Reading
        With `table`, a DataFrame; `line`, what was assumed; `labels`, the words of a Stata file.

    Raises
    ------
    DataError
        A file that cannot be read, a column of several kinds.

    Examples
    --------
    >>> import replication as rp
    >>> panel = rp.read([{"land": "A", "year": 1990, "gdp": -999.0}, {"land": "B", "year": 1990, "gdp": 2.0}],
    ...                 missing=[-999])
    >>> print(panel.line)
    data: 2 rows, 3 columns; -999 read as missing in gdp
    """
    wishes = validated(keys, FileKeys, "read")
    if isinstance(data, Reading):
        if keys:
            raise DataError(
                f"read: {data.origin} is read already; write {', '.join(keys)} where it is read first"
            )
        return data
    return read_user_table(Path(data), wishes) if isinstance(data, str | Path) else read_frame(data, wishes)


@_one_thread
def fit(
    formula: str,
    data: str | Path | Reading | Frame,
    *,
    entity: str | None = None,
    time: str | None = None,
    estimator: str = "ols",
    effects: Sequence[str] = (),
    covariance: Errors = (),
    where: str | None = None,
    weights: str | None = None,
    options: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    **keys: Any,
) -> Results:
    """Estimate a model on a panel, as an entry of `[[models]]` in a study file would.

    Parameters
    ----------
    formula : str
        Such as "log(aid) ~ lag(gdp)"; the language is that of study files.
    data : path, Reading, data frame or list of dicts
        As for `read`; of a folder, which may be larger than memory, a path alone.
    entity, time : str
        Columns that tell the rows apart; a cross-section has no time, and may have no entity.
    covariance : str, mapping or sequence of them
        "hc1", {"kind": "clustered", "cluster": ["land"]}, or several; the first is the headline error.
    variables, labels : mapping of str to str
        Named expressions; printed words by term.
    keys : diagnostics, tests, stepwise, ...; missing, encoding, ...
        Every other key of `[[models]]`, and those that describe a file, as for `read`.

    Raises
    ------
    UserError
        What the command would tell of a study file of the same words.

    Examples
    --------
    >>> import replication as rp
    >>> rows = [{"land": land, "year": 1990 + t, "x": (3 * t + 2 * i) % 5, "y": (t * t + i) % 7}
    ...         for i, land in enumerate("ABCDEF") for t in range(6)]
    >>> found = rp.fit("y ~ lag(x)", rows, entity="land", time="year", covariance=["hc1", "clustered"])
    >>> found.table[["error", "term", "estimate"]].round(4)
           error    term  estimate
    0        hc1   const    3.5667
    1        hc1  lag(x)   -0.1667
    2  clustered   const    3.5667
    3  clustered  lag(x)   -0.1667
    >>> print(found.dropped["cause"].unique()[0])
    missing regressor lag(x)
    """
    model = {**_model(formula, estimator, effects, covariance, where, weights, options), "title": title}
    of_file = {key: keys.pop(key) for key in FileKeys.model_fields if key in keys}
    head = {"title": title or formula, "entity": entity, "time": time, **of_file}
    source = Path(data) if isinstance(data, str | Path) else read(data, **of_file)
    return fit_one(Project(Path()), source, head, {**model, **keys}, variables or {}, labels or {})


@_one_thread
def run(
    study: str | Path,
    data: str | Path | None = None,
    out: str | Path | None = None,
    *,
    project: str | Path = ".",
) -> Results:
    """Run a study file as `replicate run` does: its results are written, and returned.

    Parameters
    ----------
    study : path of a study file
    data : path of a panel, in place of the study's own
    out : folder of the results; `results/current/<id>` of the project if none is given
    project : folder with data, specs and results

    Raises
    ------
    UserError
        Anything wrong with the study, the data or the folder; no result is changed then.
    """
    return run_study(Project(Path(project)), Path(study), _path(data), _path(out))


@_one_thread
def curve(
    formula: str,
    data: str | Path | Reading | Frame,
    *,
    term: str,
    choices: Sequence[Mapping[str, Any]],
    entity: str | None = None,
    time: str | None = None,
    estimator: str = "ols",
    effects: Sequence[str] = (),
    covariance: Errors = (),
    where: str | None = None,
    weights: str | None = None,
    options: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    on: str = "here",
    **keys: Any,
) -> CurveResults:
    """All combinations of other reasonable choices around a model, for the coefficient of one term.

    Parameters
    ----------
    formula, data, entity, time, estimator, effects, covariance, where, weights, options, variables, labels
        As for `fit`: the model as it is reported.
    term : str
        The term whose coefficient is looked at.
    choices : sequence of mappings
        As `[[robustness.choices]]` in a study file (docs/robustness.md).
    on : str
        Where the work is done: here, cores, or a Dask scheduler's address.
    keys : never, rows, inference, seed, most
        Every other key of `[[robustness]]`.

    Raises
    ------
    UserError
        What the command would tell of a study file of the same words.

    Examples
    --------
    >>> import replication as rp
    >>> rows = [{"land": land, "year": t, "x": (3 * t + 2 * i) % 5, "z": (t + i) % 3, "y": (t * t + i) % 7}
    ...         for i, land in enumerate("ABCDEF") for t in range(6)]
    >>> choices = [{"id": "controls", "controls": "all_subsets"}, {"id": "effects", "effects": [["entity"]]}]
    >>> found = rp.curve("y ~ x + z", rows, term="x", choices=choices, entity="land", time="year")
    >>> found.table[["controls: z", "effects", "estimate"]].round(4)
      controls: z effects  estimate
    0          in    none   -0.1754
    1          in  entity   -0.2690
    2         out    none   -0.1729
    3         out  entity   -0.2651
    """
    model = _model(formula, estimator, effects, covariance, where, weights, options)
    entry = {"term": term, "title": title, "choices": [dict(each) for each in choices], **keys}
    head = {"title": title or formula, "entity": entity, "time": time}
    return one_curve(read(data), head, model, entry, variables, labels, on)


def compare(**fits: Results) -> Results:
    """Several results as one, so that their models stand side by side in a table.

    Parameters
    ----------
    fits : Results
        Each under the name that heads its column, unless its model has a title.

    Raises
    ------
    StudyError
        Nothing to compare, or a result without a model.

    Examples
    --------
    >>> import replication as rp
    >>> rows = [{"land": land, "year": 1990 + t, "x": (3 * t + 2 * i) % 5, "y": (t * t + i) % 7}
    ...         for i, land in enumerate("ABCDEF") for t in range(6)]
    >>> keys = dict(entity="land", time="year", covariance="hc1")
    >>> pooled = rp.fit("y ~ x", rows, **keys)
    >>> within = rp.fit("y ~ x", rows, effects=["entity"], **keys)
    >>> print(rp.compare(pooled=pooled, within=within).to_csv().splitlines()[0])
    ,pooled,within
    """
    return side_by_side(fits)


def describe(
    data: str | Path | Reading | Frame,
    variables: Sequence[str] = (),
    *,
    by: str | None = None,
    where: str | None = None,
    entity: str | None = None,
    time: str | None = None,
) -> Description:
    """Summary statistics, correlations and the structure of a panel.

    Parameters
    ----------
    data : path, Reading, data frame or list of dicts
        As for `read`.
    variables : expressions of the language; every column of numbers if none is named
    by : a block for each level of it
    where : the rows to describe
    entity, time : columns that tell the rows apart; guessed if they are not named

    Raises
    ------
    UserError
        An expression that the table cannot give, keys that do not tell its rows apart.

    Examples
    --------
    >>> import replication as rp
    >>> rows = [{"land": land, "year": 1990 + t, "x": t + i} for i, land in enumerate("AB") for t in range(3)]
    >>> print(rp.describe(rows).summary())
    data: 6 rows, 3 columns
    panel: land and year tell every row apart
    6 rows: 2 of land, year from 1990 to 1992
    balanced: 3 periods each
    <BLANKLINE>
    Summary statistics of data
       N  Mean  Std. dev.   Min   25%  Median   75%   Max
    x  6  1.50       1.05  0.00  1.00    1.50  2.00  3.00
    Quartiles lie between the two nearest values in proportion (R's type 7).
    """
    return description(read(data), variables, by, where, entity, time)


def _model(
    formula: str,
    estimator: str,
    effects: Sequence[str],
    covariance: Errors,
    where: str | None,
    weights: str | None,
    options: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The arguments that `fit` and `curve` share, as keys of `[[models]]`."""
    return {
        "formula": formula,
        "estimator": estimator,
        "effects": effects if isinstance(effects, str) else list(effects),
        "covariance": errors_of(covariance),
        "where": where,
        "weights": weights,
        "options": dict(options or {}),
    }


def _path(name: str | Path | None) -> Path | None:
    return None if name is None else Path(name)
