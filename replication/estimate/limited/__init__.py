"""Estimators of limited outcomes by maximum likelihood."""
