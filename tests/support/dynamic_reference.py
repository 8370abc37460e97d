"""Dynamic panel GMM the slow way, to test the fast one against: one row, one entity and one block at a time.

Every row of an equation is written as a vector of weights on the periods' errors, so that the covariance of
the errors (H) is the product of these vectors and no band structure is assumed.
"""

from __future__ import annotations

import numpy as np


class Reference:
    """One- and two-step estimates by explicit sums.

    Parameters
    ----------
    panel : {entity: {period: (y, {name: value})}}
    exogenous, predetermined, endogenous : names of regressors
    silent : names of regressors that are no instruments
    gmm, iv : names of instruments that are no regressors
    limits : {name or "y": (shortest, longest lag)} in place of `first` and `last`
    """

    def __init__(
        self,
        panel,
        *,
        lags=1,
        exogenous=(),
        predetermined=(),
        endogenous=(),
        silent=(),
        gmm=(),
        iv=(),
        limits=None,
        system=False,
        constant=False,
        first=2,
        last=99,
        collapse=False,
        orthogonal=False,
        h="full",
    ):
        self.panel, self.lags, self.system, self.constant = panel, lags, system, constant and system
        self.names = [*exogenous, *silent, *predetermined, *endogenous]
        self.standard, self.gmm, self.limits = (*exogenous, *iv), gmm, limits or {}
        self.exogenous, self.predetermined, self.endogenous = exogenous, predetermined, endogenous
        self.first, self.last, self.collapse, self.orthogonal, self.h = first, last, collapse, orthogonal, h
        self.periods = sorted({t for rows in panel.values() for t in rows})
        self.columns: dict = {}
        self.rows = {i: self._rows(rows) for i, rows in panel.items()}
        self.rows = {i: rows for i, rows in self.rows.items() if rows}
        for rows in self.rows.values():
            for row in rows:
                row["z"] = self._dense(row["instruments"])
        self._finish()

    def _levels(self, rows):
        """{period: (y, regressors)} where everything is there."""
        out = {}
        for t, (y, x) in rows.items():
            lagged = [rows[t - k][0] if t - k in rows else None for k in range(1, self.lags + 1)]
            values = [x[name] for name in self.names]
            if None in lagged or any(np.isnan([*values, *(x[name] for name in self.standard)])):
                continue
            out[t] = (y, np.array([*lagged, *([1.0] if self.constant else []), *values]))
        return out

    def _rows(self, rows):
        levels, out = self._levels(rows), []
        for t in sorted(levels):
            weights = self._weights(t, levels)
            if weights is not None:
                own, assumed, dated = weights
                y = sum(w * levels[s][0] for s, w in own.items())
                x = sum(w * levels[s][1] for s, w in own.items())
                names = {n: sum(w * rows[s][1][n] for s, w in own.items()) for n in self.standard}
                out.append(
                    {
                        "t": dated,
                        "at": t,
                        "eq": "D",
                        "y": y,
                        "x": x,
                        "assumed": assumed,
                        "instruments": self._upper(rows, dated, names),
                    }
                )
            if self.system:
                y, x = levels[t]
                out.append(
                    {
                        "t": t,
                        "at": t,
                        "eq": "L",
                        "y": y,
                        "x": x,
                        "assumed": {t: 1.0},
                        "instruments": self._lower(rows, t),
                    }
                )
        return out if any(row["eq"] == "D" for row in out) or self.system else []

    def _weights(self, t, levels):
        """Weights of the entity's own transformation, those that H assumes, and the period that dates it."""
        if not self.orthogonal:
            return None if t - 1 not in levels else ({t: 1.0, t - 1: -1.0}, {t: 1.0, t - 1: -1.0}, t)
        later = [s for s in levels if s > t]
        if not later:
            return None
        grid = range(t + 1, self.periods[-1] + 1)
        return self._deviation(t, later), self._deviation(t, list(grid)), t + 1

    @staticmethod
    def _deviation(t, later):
        scale = np.sqrt(len(later) / (len(later) + 1))
        return {t: scale, **{s: -scale / len(later) for s in later}}

    def _styles(self, rows):
        yield "y", {t: y for t, (y, _) in rows.items()}, *self.limits.get("y", (self.first, self.last))
        for names, closer in ((self.endogenous, 0), (self.predetermined, 1), (self.gmm, 0)):
            for name in names:
                series = {t: x[name] for t, (_, x) in rows.items()}
                yield name, series, *self.limits.get(name, (self.first - closer, self.last - closer))

    def _upper(self, rows, t, transformed):
        out = {}
        for name, series, first, last in self._styles(rows):
            for s in self.periods:
                if first <= t - s <= last and s in series and np.isfinite(series[s]):
                    out[("D", name, t - s) if self.collapse else ("D", name, t, s)] = series[s]
        out.update({("exogenous", name): value for name, value in transformed.items()})
        return out

    def _lower(self, rows, t):
        out = {("exogenous", name): rows[t][1][name] for name in self.standard}
        if self.constant:
            out[("constant",)] = 1.0
        for name, series, first, _ in self._styles(rows):
            now, before = series.get(t - first + 1, np.nan), series.get(t - first, np.nan)
            if np.isfinite(now - before):
                out[("L", name) if self.collapse else ("L", name, t)] = now - before
        return out

    def _dense(self, instruments):
        for key in instruments:
            self.columns.setdefault(key, len(self.columns))
        return instruments

    def _finish(self):
        for rows in self.rows.values():
            for row in rows:
                dense = np.zeros(len(self.columns))
                for key, value in row["z"].items():
                    dense[self.columns[key]] = value
                row["z"] = dense
        self.blocks = [self._block(rows) for rows in self.rows.values()]

    def _block(self, rows):
        weights = np.array([[row["assumed"].get(t, 0.0) for t in self.periods] for row in rows])
        same = np.array([[a["eq"] == b["eq"] for b in rows] for a in rows])
        h = {"full": weights @ weights.T, "block": weights @ weights.T * same, "identity": np.eye(len(rows))}[
            self.h
        ]
        return (
            np.array([r["y"] for r in rows]),
            np.array([r["x"] for r in rows]),
            np.array([r["z"] for r in rows]),
            h,
            rows,
        )

    def estimate(self, weight):
        zx = sum(z.T @ x for _, x, z, _, _ in self.blocks)
        zy = sum(z.T @ y for y, _, z, _, _ in self.blocks)
        bread = np.linalg.inv(zx.T @ weight @ zx)
        return bread @ zx.T @ weight @ zy, bread, zx

    def one_step(self):
        weight = np.linalg.pinv(
            sum(z.T @ h @ z for _, _, z, h, _ in self.blocks), rcond=1e-12, hermitian=True
        )
        params, bread, zx = self.estimate(weight)
        return params, bread, zx, weight

    def meat(self, params):
        moments = [z.T @ (y - x @ params) for y, x, z, _, _ in self.blocks]
        return sum(np.outer(g, g) for g in moments), sum(moments)

    def two_step_from(self, params):
        weight = np.linalg.pinv(self.meat(params)[0], rcond=1e-12, hermitian=True)
        estimate, bread, zx = self.estimate(weight)
        return estimate, bread, zx, weight

    def robust(self):
        params, bread, zx, weight = self.one_step()
        pull = bread @ zx.T @ weight
        return pull @ self.meat(params)[0] @ pull.T

    def windmeijer(self):
        """Derivative of the second step by the first, by central differences instead of the formula."""
        first = self.one_step()[0]
        second, bread, _, _ = self.two_step_from(first)
        derivative = np.zeros((len(first), len(first)))
        for j in range(len(first)):
            step = np.zeros(len(first))
            step[j] = 1e-5
            derivative[:, j] = (
                self.two_step_from(first + step)[0] - self.two_step_from(first - step)[0]
            ) / 2e-5
        return bread + derivative @ bread + bread @ derivative.T + derivative @ self.robust() @ derivative.T

    def variance(self, params):
        rows = [(row["y"] - row["x"] @ params, row) for *_, block in self.blocks for row in block]
        levels = self.system and self.h == "identity"
        used = [e for e, row in rows if row["eq"] == ("L" if levels else "D")]
        doubled = not self.orthogonal and self.h != "identity"
        return np.sum(np.square(used)) / len(used) / (2 if doubled else 1)

    def serial(self, order, params, covariance, bread, zx, weight):
        """m as in Arellano and Bond, from level residuals by hand."""
        products, slopes, crosses = [], np.zeros(len(params)), np.zeros(len(self.columns))
        for (i, _), (y, x, z, _, _) in zip(self.rows.items(), self.blocks, strict=True):
            levels = self._levels(self.panel[i])
            error = {t: value - regressors @ params for t, (value, regressors) in levels.items()}
            change = {t: error[t] - error[t - 1] for t in error if t - 1 in error}
            pairs = [t for t in change if t - order in change]
            total = sum(change[t] * change[t - order] for t in pairs)
            for t in pairs:
                slopes += change[t - order] * (levels[t][1] - levels[t - 1][1])
            crosses += z.T @ (y - x @ params) * total
            products.append(total)
        variance = np.sum(np.square(products)) - 2 * slopes @ bread @ zx.T @ weight @ crosses
        return np.sum(products) / np.sqrt(variance + slopes @ covariance @ slopes)

    def serial_homoskedastic(self, order, params, variance, bread, zx, weight):
        """m with the errors' assumed covariance in place of sums of products of residuals."""
        total, own, slopes, crosses = 0.0, 0.0, np.zeros(len(params)), np.zeros(len(self.columns))
        for (i, _), (_, _, z, _, rows) in zip(self.rows.items(), self.blocks, strict=True):
            levels = self._levels(self.panel[i])
            error = {t: value - regressors @ params for t, (value, regressors) in levels.items()}
            change = {t: error[t] - error[t - 1] for t in error if t - 1 in error}
            lag = {t: change[t - order] for t in change if t - order in change}
            combined = np.zeros(len(self.periods))
            for t, value in lag.items():
                total += value * change[t]
                slopes += value * (levels[t][1] - levels[t - 1][1])
                combined += value * (np.equal(self.periods, t) * 1.0 - np.equal(self.periods, t - 1))
            own += variance * combined @ combined
            for row, instruments in zip(rows, z, strict=True):
                if row["eq"] == "D":
                    assumed = np.array([row["assumed"].get(t, 0.0) for t in self.periods])
                    crosses += variance * instruments * (assumed @ combined)
        spread = own - 2 * slopes @ bread @ zx.T @ weight @ crosses + slopes @ (variance * bread) @ slopes
        return total / np.sqrt(spread) if spread > 0 else np.nan
