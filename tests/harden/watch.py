"""What the program does to the world while a case runs, seen by Python's own audit events."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CANARY = (
    "kanarienvogel"  # stands in every piece of hostile code: if Python compiles it, code of a stranger runs
)
# Starting programs, opening connections, loading machine code, unpickling: nothing that a study needs.
FORBIDDEN = (
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.startfile", "subprocess.Popen",
    "socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request", "pickle.find_class",
    "webbrowser.open", "os.chown", "os.link", "os.symlink",
)  # fmt: skip
CHANGING = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.utime", "shutil.rmtree",
)  # fmt: skip
# What Python and its libraries read for themselves: code, fonts, time zones, the system's description.
SYSTEM = tuple(
    {str(Path(name).resolve()) for name in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values())}
)
SYSTEM += ("/usr", "/etc", "/lib", "/proc", "/sys", "/dev/null", "/dev/urandom")

_allowed: list[Path] = []
_seen: list[str] = []


def start() -> None:
    """Listen from now on; a process cannot stop listening."""
    sys.addaudithook(_heard)


@contextmanager
def watched(*folders: Path) -> Iterator[list[str]]:
    """What happens outside `folders` while the block lasts, a line each."""
    _seen.clear()
    _allowed[:] = [folder.resolve() for folder in folders]
    try:
        yield _seen
    finally:
        _allowed.clear()


def _heard(event: str, arguments: tuple) -> None:
    if not _allowed:
        return
    if event in FORBIDDEN:
        _seen.append(f"{event} {str(arguments)[:100]}")
    elif event == "open":
        path, mode, flags = arguments
        _check(path, bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) if mode is None else mode[0] != "r")
    elif event in CHANGING:
        for path in arguments:
            _check(path, changed=True)
    elif event == "compile" and CANARY in str(arguments[0]):
        _seen.append(f"compile {str(arguments[0])[:100]}")


def _check(path: object, changed: bool) -> None:
    if not isinstance(path, str | bytes | os.PathLike):
        return  # a descriptor that is open already, a mode, a time
    place = Path(os.path.realpath(os.fsdecode(path)))
    if any(place.is_relative_to(folder) for folder in _allowed):
        return
    if changed or not str(place).startswith((*SYSTEM, *(str(folder) for folder in _program()))):
        _seen.append(f"{'changed' if changed else 'read'} {place}")


def _program() -> tuple[Path, ...]:
    """Folders of the program's own code and templates."""
    import replication

    return (Path(replication.__file__).resolve().parent,)
