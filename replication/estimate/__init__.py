"""Estimators, errors, diagnostics: one module a family."""
