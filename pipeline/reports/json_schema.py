"""The JSON Schema of `longmedia report --format json`, drawn from the types that the report is written from.

`python -m pipeline.reports.json_schema` prints it; docs/schema/report-1.json is what it prints.
https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import sys
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, JsonValue

from pipeline.reports.json_types import IN_SECONDS, LEFT_OUT, JsonReport
from pipeline.store.tables import SeeRow

Schema = dict[str, Any]

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def schema() -> Schema:
    """The whole document. What a reader does not know is to be passed over: no object is closed."""
    named: dict[str, Schema] = {}
    whole = _object(JsonReport, named)
    whole["required"] = [field.name for field in dataclasses.fields(JsonReport) if field.default is dataclasses.MISSING]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "longmedia report",
        **whole,
        "$defs": dict(sorted(named.items())),
    }


def _of(kind: Any, named: dict[str, Schema]) -> Schema:
    """The schema of a type; classes are put into `named` and referred to."""
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is JsonValue:
        return {}
    if get_origin(kind) is not None or isinstance(kind, UnionType):
        return _combined(kind, named)
    name = kind.__name__
    if name not in named:
        named[name] = {}  # a class may hold itself
        named[name] = _object(kind, named)
    return {"$ref": f"#/$defs/{name}"}


def _combined(kind: Any, named: dict[str, Schema]) -> Schema:
    """The schema of a type that is made of others; a tuple with `...` is a list."""
    inside, arguments = get_origin(kind), get_args(kind)
    if inside is Annotated:
        return _of(arguments[0], named)
    if inside is Literal:
        return {"enum": list(arguments)}
    if inside in (Union, UnionType):
        return {"anyOf": [_of(one, named) for one in arguments]}
    if inside is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], named)}
    if inside is tuple and arguments[-1] is not Ellipsis:
        items, length = [_of(one, named) for one in arguments], len(arguments)
        return {"type": "array", "prefixItems": items, "minItems": length, "maxItems": length}
    if inside in (list, tuple):
        return {"type": "array", "items": _of(arguments[0], named)}
    raise ValueError(f"no schema is known of {kind}")


def _object(kind: type[Any], named: dict[str, Schema]) -> Schema:
    """The schema of a dataclass or of a model of pydantic: all of its fields are always there."""
    stored = issubclass(kind, BaseModel)
    meant: dict[str, str] = {}
    if stored:
        types = {name: field.annotation for name, field in kind.model_fields.items()}
    else:
        hints, left_out = get_type_hints(kind), LEFT_OUT if kind is SeeRow else ()
        columns = [field for field in dataclasses.fields(kind) if field.name not in left_out]
        types = {field.name: hints[field.name] for field in columns}
        meant = {field.name: _meaning(field) for field in columns}
    properties: dict[str, Schema] = {}
    for name, one in types.items():
        found = {"type": "number"} if not stored and name in IN_SECONDS else _of(one, named)
        properties[name] = {**found, **({"description": meant[name]} if meant.get(name) else {})}
    about = " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())
    return {"description": about, "type": "object", "properties": properties, "required": list(types)}


def _meaning(field: dataclasses.Field[Any]) -> str:
    """What a column of a table means, with its unit."""
    meaning, unit = field.metadata.get("meaning", ""), field.metadata.get("unit", "")
    unit = "s" if field.name in IN_SECONDS else unit
    return f"{meaning} ({unit})" if meaning and unit else meaning


def main() -> None:
    """Print the schema."""
    json.dump(schema(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
