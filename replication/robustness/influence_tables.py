"""What one cluster, one year, an omitted variable or rounding does to one coefficient, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd

from replication.panel.panel import Panel
from replication.publish import rounding
from replication.robustness.curve_summary import SIZE
from replication.robustness.curve_tables import worded
from replication.robustness.influence import cluster_influence, jackknife, row_of
from replication.robustness.number_table import Column, Print, Recorded, recorded
from replication.robustness.omitted_in_model import omitted_table
from replication.robustness.placebo_breaks import placebo_breaks
from replication.robustness.printed_inputs import rounded_inputs
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.spec.robustness_entries import InfluenceSpec, RobustnessSpec
from replication.study.left_out import used
from replication.study.one_model import error_of, fit_model, plan

Labels = Mapping[str, str]
COUNT = partial(rounding.fixed, decimals=0)
REPORTED = "as reported"


def influence_tables(
    panel: Panel, model: ModelSpec, spec: RobustnessSpec, labels: Labels
) -> Iterator[Recorded]:
    """Every table that `influence` of an entry asks for.

    Raises
    ------
    UserError
        A column or term that is not there; a model that is not least squares where one is needed.
    """
    asked, title = spec.influence or InfluenceSpec(), spec.title or spec.id
    row = row_of(panel, model, spec.term)
    number = partial(rounding.rounded, precision=rounding.coefficient(row[0], row[1]))
    for column in asked.leave_out:
        yield _left_out(panel, model, spec, column, title, number)
    if asked.breaks:
        yield _breaks(panel, model, spec, title, labels)
    if asked.omitted is not None:
        yield _omitted(panel, model, spec, title, labels)
    if asked.printed_to:
        yield _rounding(panel, model, spec, title, number, labels)


def _estimates(frame: pd.DataFrame, number: Print) -> list[Column]:
    return [
        Column("Estimate", "coefficient", number, frame["estimate"]),
        Column("Error", "coefficient", number, frame["std_error"]),
        Column("p", "probability", rounding.p_value, frame["p_value"]),
        Column("Low", "coefficient", number, frame["conf_low"]),
        Column("High", "coefficient", number, frame["conf_high"]),
    ]


def _left_out(
    panel: Panel, model: ModelSpec, spec: RobustnessSpec, column: str, title: str, number: Print
) -> Recorded:
    """Each level left out: estimated anew, and its DFBETA and Cook's distance."""
    frame = jackknife(panel, model, spec.term, column)
    found = frame.join(_distances(panel, model, spec.term, column), on="without")
    found.loc[0, "without"] = REPORTED
    two = partial(rounding.fixed, decimals=2)
    columns = [
        *_estimates(found, number),
        Column("Rows", "number", COUNT, found["nobs"]),
        Column("DFBETA", "errors", two, found["dfbeta"]),
        Column("Cook", "distance", partial(rounding.fixed, decimals=3), found["cook"]),
    ]
    return recorded(
        f"{spec.id}_without_{column}",
        f"{title}: without each {column}",
        {"Without": found["without"]},
        columns,
        "Each row is the model estimated anew without the rows of one level. DFBETA is the change in units "
        "of the reported error, by formula from the whole fit; Cook's distance is that of all coefficients "
        "(Preisser and Qaqish 1996).",
        *sorted({problem for problem in found["problem"] if problem}),
    )


def _distances(panel: Panel, model: ModelSpec, term: str, column: str) -> pd.DataFrame:
    """dfbeta and cook of each level of a column, by its name."""
    clustered = CovarianceSpec.model_validate({"kind": "clustered", "cluster": [column]})
    with_level = model.model_copy(update={"covariance": [*model.covariance[:1], clustered]})
    ready = plan(with_level)
    _, fit = fit_model(panel, ready)
    found = cluster_influence(fit, error_of(fit, ready, ready.errors[0]), column)
    mine = found[found["term"] == term].set_index("cluster")
    codes = np.unique(fit.design.clusters[column], return_inverse=True)[1]
    names = used(panel, with_level, column).astype(str).groupby(codes).first()
    return mine[["dfbeta", "cook"]].set_axis(names.to_numpy())


def _breaks(panel: Panel, model: ModelSpec, spec: RobustnessSpec, title: str, labels: Labels) -> Recorded:
    asked = spec.influence or InfluenceSpec()
    found = placebo_breaks(panel, model, asked.breaks)
    columns = [
        Column("Wald / df", "statistic", rounding.statistic, found["statistic"]),
        Column("p", "probability", rounding.p_value, found["p_value"]),
    ]
    return recorded(
        f"{spec.id}_breaks",
        f"{title}: a break in every year",
        {"From": found["period"]},
        columns,
        f"That slopes ({', '.join(worded(labels, term) for term in asked.breaks)}) are the same from each "
        "period on, by the model's error; one p value among so many is no evidence of a break.",
    )


def _omitted(panel: Panel, model: ModelSpec, spec: RobustnessSpec, title: str, labels: Labels) -> Recorded:
    asked = (spec.influence or InfluenceSpec()).omitted
    assert asked is not None
    sample, _ = fit_model(panel, plan(model))
    found = omitted_table(
        sample.design,
        model.effects,
        spec.term,
        benchmarks=asked.benchmarks,
        times=asked.times,
        r2_max=asked.r2_max,
        shared=asked.shared,
    )
    words = found["quantity"].str.replace("_", " ")
    strengths = zip(found["times"], found["of"], strict=True)
    of = pd.Series([f"{times:g} times {worded(labels, term)}" if term else "" for times, term in strengths])
    three = partial(rounding.significant, digits=3)
    return recorded(
        f"{spec.id}_omitted",
        f"{title}: an omitted variable",
        {"Method": found["method"], "Quantity": words, "Confounder": of},
        [Column("Value", "as each row says", three, found["value"])],
        "Oster (2019): delta is how much stronger selection on what is not observed would have to be than on "
        "the controls for no effect, beta the effect where it is as strong. Cinelli and Hazlett (2020): the "
        "share of the residual variance of outcome and regressor that a variable would have to explain to "
        "take the effect away; and what one leaves that is so many times as strong as a control.",
    )


def _rounding(
    panel: Panel, model: ModelSpec, spec: RobustnessSpec, title: str, number: Print, labels: Labels
) -> Recorded:
    asked = spec.influence or InfluenceSpec()
    found = rounded_inputs(panel, model, spec.term, asked.printed_to, asked.draws, spec.seed)
    reported, drawn = found.iloc[0], found.iloc[1:]
    known = drawn[drawn["problem"] == ""]
    rows = {
        REPORTED: reported[["estimate", "std_error"]],
        "mean of the draws": known[["estimate", "std_error"]].mean(),
        "smallest": known[["estimate", "std_error"]].min(),
        "largest": known[["estimate", "std_error"]].max(),
    }
    frame = pd.DataFrame(rows).T.astype(float)
    flips = ((known["p_value"] < SIZE) != (reported["p_value"] < SIZE)).sum()
    units = ", ".join(f"{worded(labels, name)} {unit:g}" for name, unit in asked.printed_to.items())
    return recorded(
        f"{spec.id}_rounding",
        f"{title}: figures before they were rounded",
        {"": pd.Series(list(rows))},
        [
            Column("Estimate", "coefficient", number, frame["estimate"]),
            Column("Error", "coefficient", number, frame["std_error"]),
        ],
        f"{len(known):,} draws of every figure from what it could have been, printed to the nearest: "
        f"{units}. The standard deviation of the estimate over the draws is "
        f"{rounding.significant(float(known['estimate'].std()), 2)}; in {flips} of them p is on the other "
        f"side of {SIZE:g}.",
    )
