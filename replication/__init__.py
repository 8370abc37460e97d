"""A structured econometric replication package: `import replication as rp`.

`rp.read`, `rp.fit`, `rp.run`, `rp.compare` and `rp.describe` are those of `replication.api`, which is loaded
when the first of them is used, so that the command answers at once.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # as typing has it, which would be loaded for this name alone
if TYPE_CHECKING:
    from typing import Any

    from replication.api import compare, fit, read, run
    from replication.errors import DataError, EstimationError, StudyError, UserError

__version__ = "0.1.0"
__all__ = [
    "DataError",
    "EstimationError",
    "StudyError",
    "UserError",
    "compare",
    "curve",
    "describe",
    "fit",
    "read",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'replication' has no attribute {name!r}")
    from replication.project.arithmetic import settle

    if "numpy" not in sys.modules:  # which reads but once which kernels and how many threads to use
        settle()
    from replication import api, errors

    return getattr(api if hasattr(api, name) else errors, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Package(ModuleType):
    """The package with its public `describe`, which is not the room of that name.

    Python binds a room to its name here when the room is first imported; rooms are imported by full names.
    """

    @property
    def describe(self) -> Any:
        """The function of the api."""
        return __getattr__("describe")

    @describe.setter
    def describe(self, room: ModuleType) -> None:
        pass


sys.modules[__name__].__class__ = _Package
