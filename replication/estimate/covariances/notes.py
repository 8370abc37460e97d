"""Sentences about an error for the note under a table, and the programs that they name."""

from __future__ import annotations

from replication.estimate.design import Fit


def whose(fit: Fit, programs: str) -> str:
    """Programs for the end of a note; empty but for least squares of the rows, of which they are known."""
    return f" ({programs})" if fit.estimator == "ols" else ""


def cluster_note(
    fit: Fit, names: list[str], sizes: list[int], factors: dict[str, float], groups: str, absorbed: str
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
