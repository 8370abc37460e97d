"""How far results depend on the choices that were made: randomization, many tests, power."""
