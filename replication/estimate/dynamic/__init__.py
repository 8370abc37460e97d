"""Estimators with lags of the outcome."""
