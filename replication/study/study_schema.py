"""The JSON schema of study files: the keys, and with each word of the package the options that it takes."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter

from replication.describe.measures import MEASURES
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS, NEEDS
from replication.spec.entries import Study
from replication.spec.entry_schema import Schema, entry_schema, plain
from replication.spec.key_sentences import sentence_of
from replication.spec.options import MOST
from replication.study.option_words import sentences

Known = Mapping[str, Callable[..., Any]]
TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 4000}


def study_schema() -> Schema:
    """The schema: what each kind of table may hold, then the options of each estimator, error and measure."""
    schema = entry_schema(Study, "A study file", sentence_of)
    kinds = schema["$defs"]
    _chosen(kinds["ModelSpec"], "estimator", "options", ESTIMATORS)
    _chosen(kinds["EstimatorSpec"], "kind", "options", ESTIMATORS)
    _chosen(kinds["StatisticSpec"], "measure", "with", MEASURES)
    _beside(kinds["CovarianceSpec"], "kind", COVARIANCES)
    kinds["ModelSpec"]["properties"]["diagnostics"]["items"] = _word(DIAGNOSTICS)
    return schema


def _word(known: Known) -> Schema:
    """One of the words, each with its first line as an editor shows it (taplo's extension)."""
    words = sorted(known)
    lines = [(inspect.getdoc(known[word]) or "").splitlines()[0] for word in words]
    return {"type": "string", "enum": words, "x-taplo": {"docs": {"enumValues": lines}}}


def _chosen(kind: Schema, key: str, under: str, known: Known) -> None:
    """The options in the table `under` are those of the word that stands under `key`."""
    own = kind["properties"]
    default = own[key].get("default")
    own[key] |= _word(known)
    each = {word: options_schema(word, function) for word, function in known.items()}
    own[under] |= {"properties": _union(each.values()), "additionalProperties": False}
    kind["allOf"] = [
        {
            "if": {"properties": {key: {"const": word}}, **({} if word == default else {"required": [key]})},
            "then": {
                "properties": {under: options},
                **({"required": [under]} if options.get("required") else {}),
            },
        }
        for word, options in sorted(each.items())
    ]


def _beside(kind: Schema, key: str, known: Known) -> None:
    """The options of the word under `key` stand beside it in the same table."""
    own = dict(kind["properties"])
    own[key] |= _word(known)
    each = {word: options_schema(word, function) for word, function in known.items()}
    kind |= {"properties": {**own, **_union(each.values())}, "additionalProperties": False}
    kind["allOf"] = [
        {
            "if": {"properties": {key: {"const": word}}},
            "then": {**options, "properties": {**dict.fromkeys(own, True), **options["properties"]}},
        }
        for word, options in sorted(each.items())
    ]


def _union(each: typing.Iterable[Schema]) -> Schema:
    """Every option of any word: what an editor offers before the word is known."""
    found: dict[str, list[Schema]] = {}
    for options in each:
        for name, schema in options["properties"].items():
            if schema not in found.setdefault(name, []):
                found[name].append(schema)
    return {name: kinds[0] if len(kinds) == 1 else {"anyOf": kinds} for name, kinds in found.items()}


def options_schema(word: str, function: Callable[..., Any]) -> Schema:
    """The table of options of an estimator, an error or a measure."""
    hints, said = typing.get_type_hints(function), sentences(function)
    roles = NEEDS[word].roles if ESTIMATORS.get(word) is function and word in NEEDS else {}
    properties = {
        name: ({"type": "array", "items": TEXT} if role.terms else TEXT) | {"description": role.says}
        for name, role in roles.items()
    }
    required = [name for name, role in roles.items() if role.required]
    for item in inspect.signature(function).parameters.values():
        if item.kind is inspect.Parameter.KEYWORD_ONLY and item.name not in roles:
            needed = item.default is inspect.Parameter.empty
            properties[item.name] = {**_option(item.name, hints[item.name]), "description": said[item.name]}
            required += [item.name] if needed else []
            if not needed and item.default is not None:
                properties[item.name]["default"] = item.default
    least = {"required": required} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **least}


def _option(name: str, hint: Any) -> Schema:
    """What an option's type allows; a number that counts something has its bounds."""
    schema: Schema = plain(TypeAdapter(hint).json_schema())
    for part in [schema, schema.get("items", {}), *schema.get("anyOf", [])]:
        if part.get("type") == "integer" and name in MOST:
            part |= {"minimum": 0, "maximum": MOST[name]}
    return schema
