"""Sentences about an error for the note under a table, and the programs that they name."""

from __future__ import annotations

from replication.estimate.estimates import Estimates


def whose(fit: Estimates, programs: str) -> str:
    """Programs for the end of a note; empty but for least squares of the rows, of which they are known."""
    return f" ({programs})" if fit.estimator == "ols" else ""


def classical_note(fit: Estimates, divisor: str, rows: int) -> str:
    """What the sum of squared residuals was divided by."""
    known = whose(fit, "Stata regress, R lm") if divisor == "n-k" else " (maximum likelihood)"
    return f"classical errors, SSR divided by {divisor} = {rows}{known}"


def hc0_note(fit: Estimates) -> str:
    """White's errors as they are."""
    return f"robust to heteroskedasticity, HC0, no small-sample factor{whose(fit, 'R sandwich')}"


def hc1_note(fit: Estimates, factor: float) -> str:
    """The same with a factor."""
    known = whose(fit, "Stata vce(robust), areg")
    return f"robust to heteroskedasticity, HC1: n/(n-k) = {factor:.6g}{known}"


def cluster_note(
    fit: Estimates, names: list[str], sizes: list[int], factors: dict[str, float], groups: str, absorbed: str
) -> str:
    """What was done, and whose default that is where it is known."""
    who = " and ".join(f"{name} ({size} clusters)" for name, size in zip(names, sizes, strict=True))
    how = ", ".join(f"{name} = {value:.6g}" for name, value in factors.items()) or "no small-sample factor"
    counted_in_k = {
        "nested": ("effects nested in clusters not counted in k", ", as reghdfe and fixest"),
        "all": ("all effects counted in k", ", as areg"),
        "none": ("effects not counted in k", ", as plm"),
    }
    of_groups = {
        "min": ("smaller G for all parts", ", as ivreg2"),
        "each": ("each part its own G", ", as statsmodels"),
    }
    said = [of_groups[groups]] if len(names) == 2 else []
    said += [counted_in_k[absorbed]] if absorbed else []
    known = fit.estimator == "ols"
    how = "; ".join([how, *(what + by * known for what, by in said)])
    return f"clustered by {who}: {how}"
