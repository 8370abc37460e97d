"""Estimators by (instrumented, quantile) least squares."""
