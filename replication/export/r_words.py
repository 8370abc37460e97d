"""Our estimators and errors in the words of R: base, sandwich, plm, AER, clubSandwich, quantreg."""

from __future__ import annotations

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.ways import Way, Words, common_factor, counts_all, one_key

BEGIN = """
read <- function(file) read.csv(file, check.names = FALSE)

# One row an entity: the means of its rows.
entity_means <- function(rows) {
  numbers <- rows[sapply(rows, is.numeric)]
  means <- aggregate(numbers, by = list(i = numbers$entity), FUN = mean)
  means[["rows averaged"]] <- as.vector(table(numbers$entity))
  means
}

# Each row less the one of the period before; rows without one are left out.
changes <- function(rows, names) {
  n <- nrow(rows)
  same <- c(FALSE, rows$entity[-1] == rows$entity[-n] & rows$time[-1] - rows$time[-n] == 1)
  for (name in names) rows[[name]] <- c(NA, diff(rows[[name]]))
  rows[same, ]
}

# A line for each coefficient: model, error, column, estimate, standard error.
show_lines <- function(model, error, names, found, variance, factor = 1) {
  b <- coef(found)
  v <- as.matrix(variance)
  dimnames(v) <- list(names(b)[!is.na(b)], names(b)[!is.na(b)])
  for (name in names) {
    key <- if (name == "const") "(Intercept)" else name
    cat(sprintf("%s,%s,%s,%.17g,%.17g\\n", model, error, name, b[[key]], sqrt(v[key, key] * factor)))
  }
}
"""


def unweighted(model: ExportedModel, error: ExportedError) -> bool:
    """One key and no weights: with them the bias that CR2 takes away is another."""
    return one_key(model, error) and model.weights is None


RAW_CLUSTERS = 'vcovCL(found, cluster = {clusters}, type = "HC0", cadjust = FALSE)'
LINEAR = (
    Words("classical", "vcov(found)", {"divisor": "n-k"}),
    *(Words(kind, f'vcovHC(found, type = "{kind.upper()}")') for kind in ("hc0", "hc1", "hc2", "hc3")),
    Words("clustered", 'vcovCL(found, cluster = {clusters}, type = "HC1")', suits=counts_all),
    Words("clustered", RAW_CLUSTERS, suits=common_factor, scaled=True),
    Words("cr2", 'clubSandwich::vcovCR(found, cluster = {clusters}, type = "CR2")', suits=unweighted),
)
OVER_TIME = (
    Words(
        "driscoll_kraay",
        "vcovPL(found, cluster = rows$entity, order.by = rows$time, lag = {lags}, aggregate = TRUE, "
        "adjust = FALSE)",
        scaled=True,
    ),
    Words(
        "pcse",
        "vcovPC(found, cluster = rows$entity, order.by = rows$time, pairwise = TRUE)",
        {"sigma": "pairwise", "divisor": "T"},
    ),
    Words(
        "pcse",
        "vcovPC(found, cluster = rows$entity, order.by = rows$time, pairwise = FALSE)",
        {"sigma": "casewise", "divisor": "T"},
    ),
)
LIKELIHOOD = (
    Words("classical", "vcov(found)"),
    Words("hc0", "sandwich(found)"),
    Words("hc1", "sandwich(found)", scaled=True),
    Words("clustered", RAW_CLUSTERS, suits=common_factor, scaled=True),
)
COMPONENTS = {"exact": "swar", "wallace_hussain": "walhus", "amemiya": "amemiya", "nerlove": "nerlove"}
QUANTILE: dict[str, dict[str, str | None]] = {
    "ker": {
        "errors": "kernel",
        "kernel": "gaussian",
        "bandwidth": "hall_sheather",
        "quartiles": None,
    },
    "iid": {"errors": "iid_residuals", "bandwidth": "hall_sheather"},
    "nid": {"errors": "nid", "bandwidth": "hall_sheather"},
}
EXACT = "control = glm.control(epsilon = 1e-14, maxit = 100)"
SANDWICH = ("sandwich",)
WAYS = (
    Way(
        ("ols",),
        "lm({formula}, data = rows)",
        (*LINEAR, *OVER_TIME),
        None,
        options={"mean_effect": None},
        needs=SANDWICH,
    ),
    Way(
        ("ols",),
        "lm({formula}, data = rows, weights = {weights} / mean({weights}))",
        LINEAR,
        None,
        weighted=True,
        options={"mean_effect": None},
        needs=SANDWICH,
    ),
    Way(
        ("between",),
        "lm({formula}, data = rows)",
        LINEAR,
        options={"reweight": False},
        prepare="rows <- entity_means(rows)",
        needs=SANDWICH,
    ),
    Way(
        ("between",),
        'lm({formula}, data = rows, weights = rows[["rows averaged"]])',
        tuple(words for words in LINEAR if words.kind != "cr2"),
        options={"reweight": True},
        prepare="rows <- entity_means(rows)",
        needs=SANDWICH,
    ),
    Way(
        ("first_difference",),
        "lm({formula}, data = rows)",
        LINEAR,
        prepare="rows <- changes(rows, {changing})",
        needs=SANDWICH,
    ),
    *(
        Way(
            ("random_effects",),
            'plm({formula}, data = rows, index = c("entity", "time"), model = "random", '
            f'random.method = "{method}")',
            (Words("classical", "vcov(found)", {"divisor": "n-k"}),),
            options={"components": components},
            needs=("plm",),
        )
        for components, method in COMPONENTS.items()
    ),
    Way(
        ("logit",),
        f'glm({{formula}}, data = rows, family = binomial("logit"){{offset}}, {EXACT})',
        LIKELIHOOD,
        needs=SANDWICH,
    ),
    Way(
        ("probit",),
        f'glm({{formula}}, data = rows, family = binomial("probit"){{offset}}, {EXACT})',
        LIKELIHOOD[:1],
        options={"information": "expected"},
    ),
    Way(
        ("ppml",),
        f"glm({{formula}}, data = rows, family = poisson{{offset}}, {EXACT})",
        LIKELIHOOD,
        None,
        needs=SANDWICH,
    ),
    Way(
        ("fractional_logit",),
        f"glm({{formula}}, data = rows, family = quasibinomial{{offset}}, {EXACT})",
        LIKELIHOOD[1:],
        needs=SANDWICH,
    ),
    Way(
        ("iv_2sls",),
        "ivreg({instrumented}, data = rows)",
        LINEAR[:3] + (Words("clustered", RAW_CLUSTERS, suits=common_factor, scaled=True),),
        None,
        needs=("AER", "sandwich"),
    ),
    *(
        Way(
            ("quantile",),
            "rq({formula}, tau = {q}, data = rows)",
            (Words("own", f'summary(found, se = "{se}", covariance = TRUE)$cov'),),
            options=options,
            needs=("quantreg",),
        )
        for se, options in QUANTILE.items()
    ),
)
