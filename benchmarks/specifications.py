"""10,000 specifications with two-way effects and clustered errors on 300 rows, beside loops of peers.

    python -m benchmarks.specifications [specifications] [fits of each peer]

All subsets of 14 controls, so many of them as are asked for; one process, one thread. A peer estimates a
few of the same specifications one by one in the same run, and its time for all is its time for these,
multiplied; what is printed says so, and how far its estimates are from ours. Then the wild bootstrap, 9,999
draws for each of a tenth of the specifications.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS
from threadpoolctl import threadpool_limits

from replication.robustness.base_rows import Base
from replication.robustness.cells import Batch, estimate

FEW_CONTROLS = 6
SEED, CONTROLS, ENTITIES, PERIODS, DRAWS = 5, 14, 30, 10, 9999


def rows() -> pd.DataFrame:
    """300 rows: outcome, the regressor that is looked at, 14 controls."""
    random = np.random.default_rng(SEED)
    names = ["y", "key", *(f"c{number}" for number in range(CONTROLS))]
    table = pd.DataFrame(random.normal(size=(ENTITIES * PERIODS, len(names))), columns=names)
    table["y"] += 0.1 * table["key"] + 0.1 * table[names[2:]].sum(axis=1)
    entity, period = np.divmod(np.arange(len(table)), PERIODS)
    return table.assign(entity=entity, time=period)


def batch(table: pd.DataFrame, size: int) -> Batch:
    """The first so many subsets of controls."""
    names = ("key", *(f"c{number}" for number in range(CONTROLS)), "y")
    members = np.zeros((size, len(names)), dtype=bool)
    members[:, 0] = True
    members[:, 1:-1] = np.arange(size)[:, None] >> np.arange(CONTROLS) & 1
    entity, period = (table[name].to_numpy() for name in ("entity", "time"))
    base = Base(
        names=names,
        columns=table[list(names)].to_numpy(),
        levels=tuple(() for _ in names),
        factors=(),
        entity=entity,
        time=period,
        groups={"entity": entity, "time": period},
        weights=None,
        effects=("entity", "time"),
        constant=True,
    )
    outcomes = np.full(size, len(names) - 1)
    return Batch(
        base, outcomes, np.zeros(size, dtype=np.int64), members, "clustered", {"cluster": ["entity"]}
    )


def formulas(task: Batch, some: np.ndarray) -> Iterator[list[str]]:
    """Regressors of some specifications."""
    for place in some:
        yield [task.base.names[column] for column in np.flatnonzero(task.members[place])]


def by_linearmodels(table: pd.DataFrame) -> Callable[[list[str]], tuple[float, float]]:
    """One specification by linearmodels."""
    indexed = table.set_index(["entity", "time"])

    def fit(names: list[str]) -> tuple[float, float]:
        model = PanelOLS(indexed["y"], indexed[names], entity_effects=True, time_effects=True)
        found = model.fit(cov_type="clustered", cluster_entity=True)
        return float(found.params["key"]), float(found.std_errors["key"])

    return fit


def by_pyfixest(table: pd.DataFrame) -> Callable[[list[str]], tuple[float, float]] | None:
    """One specification by pyfixest; None where it is not installed."""
    try:
        import pyfixest
    except ImportError:
        return None

    def fit(names: list[str]) -> tuple[float, float]:
        formula = f"y ~ {' + '.join(names)} | entity + time"
        found = pyfixest.feols(formula, table, vcov={"CRV1": "entity"})
        return float(found.coef()["key"]), float(found.se()["key"])

    return fit


def beside_specification_curve(table: pd.DataFrame, size: int, ours: float) -> str:
    """The same by the package specification_curve, as far as it goes: classical errors, no effects.

    It is handed data from which both effects are taken out (the panel is balanced), so that its coefficients
    are ours, and all subsets of a few controls, since it estimates all or none.
    """
    try:
        from specification_curve import SpecificationCurve
    except ImportError:
        return "specification_curve: not installed (pip install specification_curve)"
    names = ["y", "key", *(f"c{number}" for number in range(FEW_CONTROLS))]
    values = table[names]
    means = [values.groupby(table[name]).transform("mean") for name in ("entity", "time")]
    curve = SpecificationCurve(
        values - means[0] - means[1] + values.mean(), y_endog="y", x_exog="key", controls=names[2:]
    )
    took = seconds(curve.fit)
    found, few = estimate(batch(table, 2**FEW_CONTROLS))["estimate"], len(curve.df_r)
    apart = np.abs(np.sort(curve.df_r["Coefficient"].to_numpy(dtype=float)) - np.sort(found)).max()
    return (
        f"specification_curve: {few} of them in {took:.2f} s, all {took / few * size:.0f} s if they take as "
        f"long: {took / few * size / ours:.0f} times ours; estimates within {apart:.0e}"
    )


def seconds(task: Callable[[], object]) -> float:
    """Wall clock time of one run."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def main(size: int, few: int) -> None:
    """Print our time for all, and that of each peer for a few of them, multiplied."""
    table = rows()
    task = batch(table, size)
    estimate(batch(table, 100))
    with threadpool_limits(1):
        ours = seconds(lambda: estimate(task))
        found = estimate(task)
        print(f"replication: {size:,} specifications in {ours:.2f} s")
        some = np.linspace(0, size - 1, few).astype(int)
        for name, fit in (("linearmodels", by_linearmodels(table)), ("pyfixest", by_pyfixest(table))):
            if fit is None:
                print(f"{name}: not installed")
                continue
            fit(["key"])
            told: list[tuple[float, float]] = []
            took = seconds(partial(told.extend, map(fit, formulas(task, some))))
            apart = np.abs(np.array(told)[:, 0] - found["estimate"].to_numpy()[some]).max()
            print(
                f"{name}: {few} of them in {took:.2f} s, all {took / few * size:.0f} s if they take as long: "
                f"{took / few * size / ours:.0f} times ours; estimates within {apart:.0e}"
            )
        print(beside_specification_curve(table, size, ours))
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
        wild = replace(batch(table, size // 10), kind="wild_bootstrap", options={"draws": DRAWS})
        took = seconds(lambda: estimate(wild))
        print(f"replication: {DRAWS:,} wild draws for each of {size // 10:,} in {took:.1f} s")


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], "10000", "50")[:2]))
