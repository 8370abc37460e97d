"""A small TOML file -> frozen objects, strictly: the first thing wrong with it becomes one sentence."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from replication.errors import StudyError, UserError, nearest, one_of

MAX_BYTES = 1_000_000
Content = TypeVar("Content", bound=BaseModel)


def read_strictly(path: Path, kind: type[Content]) -> Content:
    """What a TOML file says, as an object of class `kind`.

    Raises
    ------
    StudyError
        The file is missing, too large, not UTF-8, not TOML, has an unknown key or a value of the wrong kind.
    """
    return validated(read_toml(path), kind, path.name)


def validated(content: Mapping[str, Any], kind: type[Content], place: str) -> Content:
    """The content of a file as an object of class `kind`; what is wrong is told with `place` before it."""
    try:
        return kind.model_validate(content)
    except ValidationError as problem:
        # A misspelt key is also a missing one: the misspelling is the better thing to say.
        errors = sorted(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
        raise StudyError(f"{place}: {_sentence(errors[0], content, kind)}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a small UTF-8 TOML file."""
    if not path.exists():
        raise StudyError(f"{path}: there is no such file")
    if not path.is_file():
        raise StudyError(f"{path}: is no plain file")
    if path.stat().st_size > MAX_BYTES:
        raise StudyError(f"{path.name}: {path.stat().st_size:,} bytes; allowed: at most {MAX_BYTES:,}")
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise StudyError(
            f"{path.name}: byte {problem.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as problem:
        raise StudyError(f"{path.name}: not TOML: {problem}") from None
    except RecursionError:
        raise StudyError(f"{path.name}: not TOML that makes sense here: nested too deep") from None
    except ValueError:  # an integer that Python refuses to read
        raise StudyError(f"{path.name}: not TOML that makes sense here: a number too long") from None
    except OSError as problem:
        raise StudyError(f"{path}: cannot be read: {problem.strerror}") from None


def _sentence(error: Mapping[str, Any], content: Mapping[str, Any], root: type[BaseModel]) -> str:
    """One pydantic error in the words of the file."""
    place, found = list(error["loc"]), error.get("input")
    where, kind = _address(place, content), error["type"]
    if kind == "extra_forbidden":
        return f"{_address(place[:-1], content)}: {one_of('key', place[-1], _keys_at(place[:-1], root))}"
    if kind == "missing":
        return f"{where}: this key is missing"
    if kind == "string_pattern_mismatch" or place[-1] == "[key]":
        return f"{where} is {str(found)[:80]!r}; allowed: a letter, then letters, digits and _ (at most 64)"
    if kind == "literal_error":
        allowed = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        return f"{where} is {str(found)[:80]!r}; allowed: {', '.join(allowed)}{nearest(str(found), allowed)}"
    return f"{where} is {str(found)[:80]!r}; allowed: {error['msg'].removeprefix('Input should be ')}"


def _address(place: list[Any], content: Mapping[str, Any]) -> str:
    """The place of an error, entries of a list named by their id."""
    words, here = [], content
    for step in place:
        if step == "[key]":
            continue
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, Mapping) else None
            words.append(str(name)[:64] if isinstance(name, str) else f"[{step + 1}]")
        else:
            words.append(str(step)[:64])
    return ".".join(words) or "the file"


def _keys_at(place: list[Any], root: type[BaseModel]) -> list[str]:
    """Keys that are allowed in the section that `place` leads to."""
    section, steps = root, iter(place)
    for step in steps:
        field = section.model_fields.get(step) if isinstance(step, str) else None
        if field is None:
            continue
        section = _section_in(field.annotation) or section
        if get_origin(field.annotation) is dict:
            next(steps, None)  # the user's own key
    return sorted(field.alias or name for name, field in section.model_fields.items())


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """The class of a field that holds a section, a list of them or a mapping to them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_in(part))), None)


def check_ids(section: str, ids: Iterable[str]) -> None:
    """Refuse an id that stands twice."""
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise StudyError(f"{section}: the id {twice[0]!r} stands twice; every id is given once")


def located(place: str, read, *arguments):
    """What `read` makes of its arguments, with the place in front of its complaint."""
    try:
        return read(*arguments)
    except UserError as problem:
        raise type(problem)(f"{place}: {problem}") from None
