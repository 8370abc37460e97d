"""Estimators by generalised least squares."""
