"""The page of conventions: every option whose sentence names another program, from the code itself.

`python -m tests.support.conventions_page > docs/conventions.md` writes it;
tests/engine/test_conventions_page.py fails where page and code differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS
from replication.study.option_words import options_of

PROGRAMS = re.compile(
    r"Stata|\bR\b|fixest|\bplm|linearmodels|statsmodels|xtabond2|reghdfe|boottest|xtscc|ivreg2|systemfit"
    r"|sureg|quantreg|sandwich|clubSandwich|xtpcse|xtreg|areg|xtgls|pgmm|summclust|sampleSelection"
)
LINE = re.compile(r"(\w+): (.*?); (needed|default .*?)\. (.*)", re.DOTALL)
HEAD = """# Conventions

Programs agree on most coefficients and differ in what stands beside them. Each difference is an option here,
with a name and a stated default; the sentence says whose convention a value is. This page is made from the
code by tests/support/conventions_page.py, so that it says what the program does. The numbers are held against
other programs by tests/engine/estimate/test_conventions.py and tests/engine/export; which, says
[coverage.md](coverage.md).

* `replicate reconcile STUDY MODEL` prints a model's errors beside those of other programs, and the factors.
* A row that is alone in an effect is dropped, as by reghdfe; `singletons = "keep"` keeps it, as Stata's
  `xtreg, fe` and `areg`, R's plm and linearmodels do. No coefficient moves; n and the factors of errors do.
* Without `covariance`, errors are the estimator's own (GMM, quantiles, SUR, ...), else clustered by entity,
  or `hc1` where no entity has two rows. Stata's `regress`, R's `lm` and statsmodels begin with
  classical ones: `covariance = [{ kind = "classical" }]`; Stata's `robust` is `hc1`.
* `clustered` multiplies by G/(G-1) and (n-1)/(n-k) after every estimator, as statsmodels does; after a
  logit, probit or other likelihood R's sandwich takes the first alone (`vcovCL` of a `glm`, unless its type
  is "HC1"): `parameters_factor = false`.
* A gap in the years is crossed by no lag; pandas' `shift` goes to the row before.
* The base of `dummies(x)` is the first level that is estimated; `dummies(x, base)` names it.
* Collinear regressors are refused by name; Stata and R leave one out and go on.
* What `aic` and `bic` count is said in [studies.md](studies.md).
* Two keys to cluster by may give a matrix that is no covariance: its negative eigenvalues are set to zero,
  and that is said (R's fixest too; statsmodels, linearmodels, R's sandwich and plm leave it).
* A joint test under `cr2` is Hotelling's T2 with degrees of freedom estimated for it (R's clubSandwich,
  "HTZ"), and a combination of coefficients has its own.
* `hausman`: where the difference of the covariances is not positive semidefinite the statistic may be
  negative, and has no p (Stata); R's phtest shows it without its sign, with a p.
* `wooldridge_differences` is Stata's xtserial; R's pwfdtest has a constant in both regressions, no factor
  G/(G-1), n - 2 for G - 1 degrees of freedom, and pairs the rows before and after a gap. plm's first
  differences go across gaps too.
* `general_fgls` refuses a covariance over the periods that is indefinite, as unbalanced panels can give it;
  R's pggls goes on. `random_effects` by "nerlove" refuses an unbalanced panel; plm goes on.
* AR(1) and AR(2) after GMM are plm's `mtest(m, vcov = vcovHC(m))`: given the function itself, plm 2.6-2
  puts the robust covariance in the place of the model's own. pgmm's one-step covariance that is not robust
  lacks the residual variance.
* Estimates over their errors are held to Student's t after `ols`, `between`, `first_difference`,
  `prais_winsten`, `iv_2sls`, `liml` (n - k; G - 1 where clustered, T - 1 under Driscoll and Kraay, as
  Stata; R's lmtest takes n - k for all) and `fama_macbeth`, and to the normal after all others and under
  `pcse`. R's AER agrees for IV, as does Stata's `ivregress, small`; without `small`, and in linearmodels,
  it is the normal. R's quantreg and systemfit take t.
* `quantile` is refused where the bandwidth leaves no room beside q; R's quantreg halves it until it does.
  Rows in which the quantiles above and below cross or meet count for nothing in "nid" (quantreg: nearer
  than 1.5e-8 in the outcome's units). Where what the errors rest on is not unique, that is said: quantreg
  may take another solution.
"""


def named(line: str) -> bool:
    """Whether the sentence of an option names another program."""
    return PROGRAMS.search(line) is not None


def rows(known: Mapping[str, Callable]) -> Iterator[str]:
    """A row for each such option."""
    for word in sorted(known):
        for line in options_of(known[word]):
            found = LINE.fullmatch(line)
            if found and named(found[4]):
                values, default, says = (part.replace("|", "\\|") for part in found.groups()[1:])
                yield f"| `{word}` | `{found[1]}` | {values} | {default.removeprefix('default ')} | {says} |"


def page() -> str:
    """The page, as Markdown."""
    parts = [HEAD]
    for title, known in (("Errors", COVARIANCES), ("Estimators", ESTIMATORS), ("Diagnostics", DIAGNOSTICS)):
        found = list(rows(known))
        if found:
            head = "| word | option | values | default | whose convention |\n| --- | --- | --- | --- | --- |"
            parts.append(f"## {title}\n\n{head}\n" + "\n".join(found) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
