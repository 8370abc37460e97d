"""The columns that a study's models use, gathered into one file that other programs read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.estimate.design import Floats, Integers
from replication.export.identifiers import identifier
from replication.panel.panel import Panel


class PanelFile:
    """A panel's rows with a column for each thing that a model names.

    A term can have other values in another model (its shares or levels are those of the rows that are used):
    it then has a column for each.

    Parameters
    ----------
    name : str
        Of the file.
    panel : Panel
    """

    def __init__(self, name: str, panel: Panel) -> None:
        self.name = name
        keys = panel.keys()
        self.size = len(keys)
        self._place = {key: place for place, key in enumerate(keys.itertuples(index=False, name=None))}
        self._fixed = {"entity": panel.entity + 1, "time": panel.time}
        self._columns: dict[str, Floats] = {}
        self._by_label: dict[str, list[str]] = {}
        self._taken = {"entity", "time"}
        self.labels: dict[str, str] = {}
        for title, values in zip(keys.columns, (keys.iloc[:, 0], keys.iloc[:, 1]), strict=True):
            self._fixed[self._named(f"{title}_name")] = values.to_numpy()

    def places(self, keys: pd.DataFrame) -> Integers:
        """(n,) the rows of the file with these keys."""
        found = [self._place[key] for key in keys.itertuples(index=False, name=None)]
        return np.array(found, dtype=np.int64)

    def entity(self, place: int) -> int:
        """The number of the entity of a row."""
        return int(self._fixed["entity"][place])

    def flag(self, model: str, places: Integers) -> str:
        """The column that is one on the rows of a model; its name."""
        values = np.zeros(self.size)
        values[places] = 1.0
        return self._new(f"in_{model}", values)

    def column(self, label: str, places: Integers, values: Floats) -> str:
        """The column that holds `values` at `places` and that other models call the same; its name."""
        for name in self._by_label.get(label, []):
            there = self._columns[name][places]
            if np.array_equal(there[~np.isnan(there)], values[~np.isnan(there)]):
                self._columns[name][places] = values
                return name
        empty = np.full(self.size, np.nan)
        empty[places] = values
        name = self._new(label, empty)
        self._by_label.setdefault(label, []).append(name)
        self.labels[name] = label
        return name

    def table(self) -> pd.DataFrame:
        """Entity (1 to N), time, their names, and every column; rows that no model uses are left out."""
        flags = [values for name, values in self._columns.items() if name not in self.labels]
        used = np.any(flags, axis=0) if flags else np.ones(self.size, dtype=bool)
        return pd.DataFrame({**self._fixed, **self._columns})[used].reset_index(drop=True)

    def _new(self, label: str, values: Floats) -> str:
        name = self._named(label)
        self._columns[name] = values
        return name

    def _named(self, label: str) -> str:
        name = identifier(label, self._taken)
        self._taken.add(name.lower())
        return name
