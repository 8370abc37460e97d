"""Every processed table, gathered from the modules that describe them."""

from __future__ import annotations

from replication.clean import (
    aid,
    allocation,
    countries,
    debt,
    donors,
    hatch,
    katada_text,
    matsumura,
    politics,
    posen,
    trade,
    wdi,
)
from replication.sources.recipe import Recipe

MODULES = (
    countries,
    wdi,
    trade,
    aid,
    politics,
    debt,
    katada_text,
    posen,
    hatch,
    matsumura,
    allocation,
    donors,
)
RECIPES: tuple[Recipe, ...] = tuple(recipe for module in MODULES for recipe in module.RECIPES)
