"""A small TOML or JSON file -> frozen objects, strictly: the first thing wrong with it becomes one sentence.

Every such file is read here, a stranger's or our own: what stands on a disk may have been changed since.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from replication.errors import DataError, StudyError, UserError, nearest, one_of
from replication.project.toml_slips import slip

NAME = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"  # of what a user names: it may become a file's name
MAX_BYTES = 1_000_000  # of a file that a person writes
MANY_FILES = 1000  # of a folder in which a file is sought that was meant
MAX_JSON = 50_000_000  # of a file that a program writes: it lists every file of a folder
# The parser's time grows with the square of a dotted key's length: no key here has more than four parts.
PANELS = (".csv", ".tsv", ".tab", ".xlsx", ".xls", ".dta", ".parquet")
LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){50}""")
Content = TypeVar("Content", bound=BaseModel)
Kind = TypeVar("Kind")
Wrong = type[UserError]


def read_strictly(path: Path, kind: type[Content], wrong: Wrong = StudyError, called: str = "") -> Content:
    """What a TOML file says, as an object of class `kind`; `called` is its name in a message if not its own.

    Raises
    ------
    StudyError, or `wrong`
        The file is missing, too large, not UTF-8, not TOML, has an unknown key or a value of the wrong kind.
    """
    return validated(read_toml(path, wrong, called), kind, called or path.name, wrong)


def validated(
    content: Mapping[str, Any], kind: type[Content], place: str, wrong: Wrong = StudyError
) -> Content:
    """The content of a file as an object of class `kind`; what is wrong is told with `place` before it."""
    try:
        return kind.model_validate(content)
    except ValidationError as problem:
        # A misspelt key is also a missing one: the misspelling is the better thing to say.
        errors = sorted(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
        raise wrong(f"{place}: {_sentence(errors[0], content, kind)}") from None


def read_toml(path: Path, wrong: Wrong = StudyError, called: str = "") -> dict[str, Any]:
    """The content of a small UTF-8 TOML file."""
    name = called or path.name
    if path.suffix.lower() in PANELS:
        raise wrong(f"{name}: is no study file; replicate init {name} writes one for it")
    text = plain_text(path, MAX_BYTES, wrong, called).removeprefix("\ufeff")  # a mark that Windows puts first
    if LONG_KEY.search(text):
        raise wrong(f"{name}: not TOML that makes sense here: a key of more than 50 parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise wrong(f"{name}: not TOML: {problem}{slip(text, str(problem))}") from None
    except RecursionError:
        raise wrong(f"{name}: not TOML that makes sense here: nested too deep") from None
    except ValueError:  # an integer that Python refuses to read
        raise wrong(f"{name}: not TOML that makes sense here: a number too long") from None


def read_json_as(path: Path, kind: type[Kind]) -> Kind:
    """What a JSON file holds, as a value of `kind`: a model, a dataclass, or a type such as `dict[str, str]`.

    Raises
    ------
    DataError
        The file is missing, too large, no JSON, or holds something else.
    """
    return from_json(plain_content(path, MAX_JSON, DataError), kind, str(path))


def from_json(content: bytes, kind: type[Kind], place: str) -> Kind:
    """What JSON says, as a value of `kind`; what is wrong is told with `place` before it."""
    try:
        return TypeAdapter(kind).validate_json(content)
    except ValidationError as problem:
        error = problem.errors(include_url=False)[0]
        where = ".".join(str(step)[:64] for step in error["loc"])
        what = f"{where}{': ' * bool(where)}{error['msg'].removeprefix('Value error, ')}"
        raise DataError(f"{place}: is not as this program writes it: {what}") from None


def plain_content(path: Path, most: int, wrong: Wrong = DataError, called: str = "") -> bytes:
    """The bytes of a plain file; what would never end, or fill the memory, is refused before it is opened."""
    try:
        if not path.exists():
            raise wrong(f"{called or path}: there is no such file{neighbour(path)}")
        if not path.is_file():
            raise wrong(f"{called or path}: is no plain file")
        if path.stat().st_size > most:
            raise wrong(f"{called or path.name}: {path.stat().st_size:,} bytes; allowed: at most {most:,}")
        return path.read_bytes()
    except OSError as problem:
        raise wrong(f"{called or path}: cannot be read: {problem.strerror}") from None


def plain_text(path: Path, most: int = MAX_JSON, wrong: Wrong = DataError, called: str = "") -> str:
    """The text of a plain file in UTF-8, line ends as they are; refusals as in `plain_content`."""
    try:
        return plain_content(path, most, wrong, called).decode("utf-8")
    except UnicodeDecodeError as problem:
        name = called or path.name
        raise wrong(f"{name}: byte {problem.start + 1} is not UTF-8; save the file as UTF-8") from None


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a CSV file that a program wrote; refusals as in `plain_content`."""
    try:
        return list(csv.reader(io.StringIO(plain_text(path), newline="")))
    except csv.Error as problem:
        raise DataError(f"{path}: is no table ({problem})") from None


def entry(content: object, *keys: str) -> Any:
    """What stands in a file under keys, one within the other; None where nothing does."""
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content


def neighbour(path: Path) -> str:
    """For a message: the file of the same folder that is called most like one that is not there."""
    if not path.parent.is_dir():
        return f"; there is no folder {path.parent}"
    return nearest(path.name, sorted(entry.name for entry in islice(path.parent.iterdir(), MANY_FILES)))


def _sentence(error: Mapping[str, Any], content: Mapping[str, Any], root: type[BaseModel]) -> str:
    """One pydantic error in the words of the file."""
    place, found = list(error["loc"]), error.get("input")
    where, kind = _address(place, content), error["type"]
    if kind == "extra_forbidden":
        return f"{_address(place[:-1], content)}: {_unknown_key(place, root)}"
    if kind == "missing":
        return f"{where}: this key is missing{_found_instead(error)}"
    if error.get("ctx", {}).get("pattern", NAME) != NAME:
        return f"{where} is {str(found)[:80]!r}; allowed: text that matches {error['ctx']['pattern']}"
    if kind == "string_pattern_mismatch" or place[-1:] == ["[key]"]:
        return f"{where} is {str(found)[:80]!r}; allowed: a letter, then letters, digits and _ (at most 64)"
    if kind == "list_type":
        return f"{where} is {str(found)[:80]!r}; allowed: {_as_list(place, found, root)}"
    if kind == "literal_error":
        allowed = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        return f"{where} is {str(found)[:80]!r}; allowed: {', '.join(allowed)}{nearest(str(found), allowed)}"
    return f"{where} is {str(found)[:80]!r}; allowed: {_allowed(error, place, root)}"


# What pydantic would have had, in plain words.
PLAINLY = {
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "too_long": "at most {max_length} entries",
    "too_short": "at least {min_length} entries",
    "string_type": 'a text in quotes, as in "..."',
    "int_type": "a whole number, without quotes",
    "float_type": "a number, without quotes",
    "bool_type": "true or false, without quotes",
    "dict_type": "a table of keys, as in {{ ... }}",
}


def _allowed(error: Mapping[str, Any], place: list[Any], root: type[BaseModel]) -> str:
    """What would have been allowed."""
    if error["type"] == "model_type":
        if place and isinstance(place[-1], int):
            return f"a table, as in {_as_entry(_class_at(place, root), error['input'])}"
        return f"[{place[-1]}], in one bracket, once" if len(place) == 1 else "a table of keys"
    if error["type"] in PLAINLY:
        return PLAINLY[error["type"]].format(**error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Input should be ")


def _unknown_key(place: list[Any], root: type[BaseModel]) -> str:
    """The sentence for a key that a section lacks: what it is here, where it stands, or what is allowed."""
    key, section = str(place[-1]), _class_at(place[:-1], root)
    if said := getattr(section, "elsewhere", {}).get(key.lower()):
        return f"key {key[:80]!r} is not known; here it is {said}"
    homes = [name for name, each in _sections_of(root) if key in each.model_fields and each is not section]
    near = nearest(key, _keys_at(place[:-1], root))
    if homes and not near:
        return f"key {key[:80]!r} is not known; it stands under {' or '.join(homes[:3])}"
    return one_of("key", key, _keys_at(place[:-1], root))


def _sections_of(root: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    """The sections of a file, as they are headed, and the file itself."""
    found = [("the top of the file", root)]
    for name, field in root.model_fields.items():
        section = _section_in(field.annotation)
        if section is not None:
            brackets = "[[{}]]" if get_origin(field.annotation) is list else "[{}]"
            found.append((brackets.format(field.alias or name), section))
    return found


def _found_instead(error: Mapping[str, Any]) -> str:
    """Keys that stand where one is missing, if there are any."""
    found = error.get("input")
    keys = [str(key)[:40] for key in found][:8] if isinstance(found, Mapping) else []
    return f"; found: {', '.join(keys)}" if keys and error["loc"][:-1] else ""


def _as_list(place: list[Any], found: Any, root: type[BaseModel]) -> str:
    """How a list is written: one of texts, of tables within a line, or of whole sections."""
    name, within = str(place[-1]), place[:-1]
    field = _class_at(within, root).model_fields.get(name)
    entry = None if field is None else _section_in(field.annotation)
    if entry is None:
        examples = (field.examples if field is not None else None) or [["..."]]
        return f"a list, as in {json.dumps([found] if isinstance(found, str) else examples[0])}"
    if isinstance(found, Mapping) and not within:
        return f"[[{name}]], in two brackets, before each entry"
    return f"a list of tables, as in [{_as_entry(entry, found)}]"


def _as_entry(entry: type[BaseModel], found: Any) -> str:
    """An entry as a table within a line, with what was found in it or in its place."""
    first = next((key for key, field in entry.model_fields.items() if field.is_required()), "id")
    value = found.get(first) if isinstance(found, Mapping) else found
    value = getattr(entry, "elsewhere", {}).get(value, value) if isinstance(value, str) else "..."
    return f"{{ {first} = {json.dumps(value)} }}"


def _address(place: list[Any], content: Mapping[str, Any]) -> str:
    """The place of an error, entries of a list named by their id."""
    words: list[str] = []
    here: Any = content
    for step in place:
        if step == "[key]" or (isinstance(step, str) and isinstance(here, str | float | int)):
            continue  # a key itself, or the kind of value that pydantic tried
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
    section = _class_at(place, root)
    return sorted(field.alias or name for name, field in section.model_fields.items())


def _class_at(place: list[Any], root: type[BaseModel]) -> type[BaseModel]:
    """The class of the section that `place` leads to."""
    section, steps = root, iter(place)
    for step in steps:
        field = section.model_fields.get(step) if isinstance(step, str) else None
        if field is None:
            continue
        section = _section_in(field.annotation) or section
        if get_origin(field.annotation) is dict:
            next(steps, None)  # the user's own key
    return section


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


def texts_in(content: object) -> Iterator[str]:
    """Every text in the values of a table or list, however deep."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping | list):
        for inner in content.values() if isinstance(content, Mapping) else content:
            yield from texts_in(inner)
