"""Descriptive statistics: shares, growth, exceedances, volatility, convergence, networks."""
