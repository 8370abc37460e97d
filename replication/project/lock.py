"""Making a file or a folder aside, one process at a time, so that a killed process leaves nothing for good.

What is being made stands beside its place under a hidden name, always the same for the same place. Whoever
makes it holds a lock on it, which the system takes back when the process ends, however it ends. So what is
aside and held by nobody was left by a killed run: it is emptied and used again. A second process that wants
to make the same waits.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ENDING = ".replicate"  # of hidden names: nobody else's files end so


@contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside `target`, held by this process alone and removed at the end.

    Raises
    ------
    OSError
        The folder above cannot be written, or a link or a file has the hidden name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _hidden(target)
    with _held(aside, target.name, _open_folder, lambda: aside.mkdir(exist_ok=True)):
        _empty(aside)
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def folder_kept(target: Path) -> Iterator[Path]:
    """The same where what is in it stays for the next who makes this, unless this one ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _hidden(target)
    with _held(aside, target.name, _open_folder, lambda: aside.mkdir(exist_ok=True)):
        try:
            yield aside
            shutil.rmtree(aside, ignore_errors=True)
        finally:
            with suppress(OSError):  # there is something in it, or it is gone
                aside.rmdir()


@contextmanager
def file_aside(target: Path) -> Iterator[Path]:
    """A hidden file beside `target`, held by this process alone; gone at the end unless it was renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _hidden(target)
    with _held(aside, target.name, _open_file, aside.touch):
        try:
            yield aside
        finally:
            aside.unlink(missing_ok=True)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder that is there, so that nobody puts results in place in it meanwhile."""
    with _held(folder, folder.name, lambda place: os.open(place, os.O_RDONLY), lambda: None):
        yield


@contextmanager
def at_rest(folder: Path) -> Iterator[None]:
    """While this lasts nobody puts results in place in a folder that is there; others may read too."""
    if fcntl is None or not folder.is_dir():
        yield  # what is read is checked in any case: it is refused then, and read by the next run
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def _hidden(target: Path) -> Path:
    return target.with_name(f".{target.name}{ENDING}")


@contextmanager
def _held(
    place: Path, called: str, open_place: Callable[[Path], int], make: Callable[[], None]
) -> Iterator[None]:
    """Lock `place`, told as `called`; one that its holder removed or renamed meanwhile is opened again.

    Where the system locks no open files of any kind, a file of the folder for temporary ones stands for the
    place, which is made once that is held.
    """
    if fcntl is None:
        with _stand_in(place, called):
            make()
            yield
        return
    while True:
        handle = open_place(place)
        try:
            _lock(handle, called)
            if _is_still(handle, place):
                yield
                return
        finally:
            os.close(handle)


@contextmanager
def _stand_in(place: Path, called: str) -> Iterator[None]:
    """Hold the file that stands for `place`."""
    from filelock import FileLock, Timeout

    name = hashlib.sha256(str(place.resolve()).encode("utf-8")).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"{name}{ENDING}")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _say_that_we_wait(called)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _lock(handle: int, called: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say_that_we_wait(called)
        fcntl.flock(handle, fcntl.LOCK_EX)


def _say_that_we_wait(called: str) -> None:
    print(f"replicate: waiting for another run that is writing {called}", file=sys.stderr)


def _is_still(handle: int, place: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(place))
    except FileNotFoundError:
        return False


def _open_folder(aside: Path) -> int:
    while True:
        aside.mkdir(exist_ok=True)
        try:
            return os.open(aside, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:  # its holder has finished between the two calls
            continue


def _open_file(aside: Path) -> int:
    return os.open(aside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)


def _empty(folder: Path) -> None:
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
