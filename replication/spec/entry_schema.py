"""A class of entries as a JSON schema (draft 2020-12) that editors complete and check a TOML file by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from replication.spec.entry import Entry

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def entry_schema(
    kind: type[Entry], title: str, said: Callable[[str, str], str] = lambda kind, key: ""
) -> Schema:
    """The schema of a file whose content is an object of `kind`; `said` gives a class's key its sentence."""
    schema = kind.model_json_schema(by_alias=True)
    for name, part in {**schema.get("$defs", {}), kind.__name__: schema}.items():
        part["description"] = " ".join(part.get("description", "").split("\n\n")[0].split())
        for key, value in part["properties"].items():
            if sentence := said(name, key):
                value["description"] = sentence
    return {"$schema": DRAFT, **plain(schema), "title": title}


def plain(part: Any) -> Any:
    """The same without what TOML does not have (null), and with no key that no pattern allows."""
    if isinstance(part, list):
        return [plain(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {key: plain(value) for key, value in part.items() if not _says_nothing(key, value)}
    kinds = [kind for kind in made.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        made = {**kinds[0], **{key: value for key, value in made.items() if key != "anyOf"}}
    elif kinds:
        made["anyOf"] = kinds
    return {**made, "additionalProperties": False} if "patternProperties" in made else made


def _says_nothing(key: str, value: Any) -> bool:
    """A default of null, and pydantic's titles, which repeat the name of the key."""
    return (key == "default" and value is None) or (key == "title" and isinstance(value, str))
