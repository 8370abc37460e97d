"""Functions of R that the scripts define: what its packages leave to their user."""

FUNCTIONS = """
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

# A factor beside which the constant is the mean of the effects over the rows.
centred <- function(level, weights = rep(1, length(level))) {
  found <- factor(level)
  sums <- tapply(weights, found, sum)
  last <- length(sums)
  contrasts(found) <- rbind(diag(last - 1), -sums[-last] / sums[last])
  found
}

# glm() stops by the deviance, which no longer moves while coefficients do: further steps until they stand.
at_maximum <- function(found) {
  for (step in 1:100) {
    call <- found$call
    call$etastart <- found$linear.predictors
    found <- eval(call)
    if (max(abs(found$linear.predictors - call$etastart)) < 1e-12) break
  }
  found
}

# The coefficients of each period, as a regression on a constant; periods that do not give all are left out.
by_period <- function(formula, rows) {
  each <- lapply(split(rows, rows$time), function(part) coef(lm(formula, data = part)))
  lm(na.omit(do.call(rbind, each)) ~ 1)
}

# Least squares weighted by the variance of each entity's residuals.
by_variance <- function(formula, rows) {
  rows$precision <- 1 / ave(resid(lm(formula, data = rows))^2, rows$entity)
  lm(formula, data = rows, weights = precision)
}

# Coefficients by our names, and the slope of ours in theirs: of a tobit's scale they have the logarithm, a
# probit as an ordered model has a threshold for its constant, equations with common coefficients repeat them.
our_terms <- function(found) {
  b <- coef(found)
  if (is.matrix(b)) b <- b[1, ]
  slope <- rep(1, length(b))
  if (inherits(found, "survreg")) {
    slope <- c(slope, found$scale)
    b <- c(b, sigma = found$scale)
  }
  if (inherits(found, "clm")) {
    cuts <- length(found$alpha)
    names(b)[1:cuts] <- paste0("cut", 1:cuts)
    if (cuts == 1) {
      names(b)[1] <- "const"
      b[1] <- -b[1]
    }
  }
  if (inherits(found, "systemfit")) {
    pooled <- !is.null(found$restrict.regMat)
    own <- if (pooled) paste0("^X?", found$eq[[1]]$eqnLabel, "_") else "^X(?=[0-9]+_)"
    names(b) <- sub(own, "", names(b), perl = TRUE)
  }
  if (inherits(found, "pgmm")) names(b) <- sub("^lag\\\\((.*), 1\\\\)$", "lag_\\\\1_1", names(b))
  names(b) <- sub("(Intercept)", "const", names(b), fixed = TRUE)
  list(b = b, slope = slope)
}

# A line for each coefficient: model, error, column, estimate, standard error.
show_lines <- function(model, error, names, found, variance, factor = 1) {
  ours <- our_terms(found)
  known <- names(ours$b)
  v <- as.matrix(variance)
  if (nrow(v) < length(known)) known <- known[!is.na(ours$b)]
  if (nrow(v) == length(known)) dimnames(v) <- list(known, known)
  for (name in names) {
    root <- sqrt(v[name, name] * factor) * ours$slope[match(name, names(ours$b))]
    cat(sprintf("%s,%s,%s,%.17g,%.17g\\n", model, error, name, ours$b[[name]], root))
  }
}
"""
