"""Small claims files for the tests of the ledger."""

from __future__ import annotations

HEAD = """
[text]
id = "mine"
title = "My text"
author = "Me"
year = 2000
citation = "Me (2000)."
"""
CLAIM = """
[[claims]]
id = "share"
place = "p. 1"
claim = "A fifth"
kind = "share"
stated = { value = 20, unit = "percent" }
"""
READING = """
[[claims.readings]]
basis = "document"
compute = "100 * a / b"
inputs.a = { table = "figures", where = "key == 'a'" }
inputs.b = { table = "figures", where = "key == 'b'" }
"""
