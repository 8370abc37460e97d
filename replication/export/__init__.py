"""A study in the words of Stata, R or Python: a script, and the panel that it reads."""
