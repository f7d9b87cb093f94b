"""JSON schemas in the dialects that providers enforce. What a dialect cannot say goes into descriptions as words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

KEPT = ("type", "enum", "description")
DROPPED = (
    *("title", "default", "$defs", "$ref", "const", "additionalProperties", "required", "properties"),
    *("items", "anyOf", "oneOf", "discriminator"),
)
GOOGLE_TYPES = {"object", "array", "string", "integer", "number", "boolean"}

Schema = dict[str, Any]


def schema_of(shape: type[BaseModel]) -> Schema:
    """The JSON schema of a pydantic class, references resolved, in the form that all providers enforce."""
    return portable(shape.model_json_schema())


def portable(schema: Mapping[str, Any]) -> Schema:
    """`schema` in the subset that OpenAI, Anthropic and Mistral enforce strictly: closed objects, every field required.

    Bounds, lengths and patterns become words of the description; validation afterwards still checks them. Recursive
    schemas raise ValueError.
    """
    return _portable(schema, schema.get("$defs", {}), ())


def _portable(schema: Mapping[str, Any], named: Mapping[str, Any], within: tuple[str, ...]) -> Schema:
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        if name in within:
            raise ValueError(f"The schema of '{name}' contains itself; models can only be asked for schemas that end")
        within = (*within, name)
        schema = {**named[name], **{key: value for key, value in schema.items() if key != "$ref"}}
    kept: Schema = {key: schema[key] for key in KEPT if key in schema}
    kept |= _parts(schema, named, within)
    return _in_words(kept, {key: value for key, value in schema.items() if key not in KEPT and key not in DROPPED})


def _parts(schema: Mapping[str, Any], named: Mapping[str, Any], within: tuple[str, ...]) -> Schema:
    parts: Schema = {}
    if "const" in schema:
        parts["enum"] = [schema["const"]]
    if "anyOf" in schema or "oneOf" in schema:
        options = schema.get("anyOf", schema.get("oneOf", []))
        parts["anyOf"] = [_portable(option, named, within) for option in options]
    if "items" in schema:
        parts["items"] = _portable(schema["items"], named, within)
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        parts["properties"] = {name: _portable(value, named, within) for name, value in properties.items()}
        parts |= {"required": list(properties), "additionalProperties": False}
    return parts


def _in_words(schema: Schema, rest: Mapping[str, Any]) -> Schema:
    if not rest:
        return schema
    words = ", ".join(f"{key} {json.dumps(value)}" for key, value in rest.items())
    return {**schema, "description": f"{schema.get('description', '')} ({words})".strip()}


def google(schema: Mapping[str, Any]) -> Schema:
    """`schema` as google-generativeai takes it: upper-case types, `nullable`, enums of strings, no alternatives."""
    return _google(portable(schema))


def _google(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return _google_union(schema)
    kind = str(schema.get("type", "string"))
    made: Schema = {"type_": kind.upper() if kind in GOOGLE_TYPES else "STRING"}
    if "description" in schema:
        made["description"] = schema["description"]
    if made["type_"] == "STRING" and "enum" in schema:
        made |= {"enum": [str(value) for value in schema["enum"]], "format_": "enum"}
    if "items" in schema:
        made["items"] = _google(schema["items"])
    if schema.get("properties"):
        made["properties"] = {name: _google(value) for name, value in schema["properties"].items()}
        made["required"] = list(schema["required"])
    return made


def _google_union(schema: Schema) -> Schema:
    real = [option for option in schema["anyOf"] if option.get("type") != "null"]
    made = _google(_merged(real))
    if "description" in schema:
        made["description"] = schema["description"]
    if len(real) < len(schema["anyOf"]):
        made["nullable"] = True
    return made


def _merged(options: list[Schema]) -> Schema:
    """One schema in the place of several: objects with all their fields, of which the common ones are required."""
    if not options or any(option.get("type") != "object" for option in options):
        return options[0] if options else {"type": "string"}
    properties: Schema = {}
    for name in dict.fromkeys(name for option in options for name in option["properties"]):
        versions = [option["properties"][name] for option in options if name in option["properties"]]
        properties[name] = {**versions[0], **_all_values(versions)}
    required = [name for name in properties if all(name in option["required"] for option in options)]
    return {"type": "object", "properties": properties, "required": required}


def _all_values(versions: list[Schema]) -> Schema:
    if any("enum" not in version for version in versions):
        return {}
    return {"enum": list(dict.fromkeys(value for version in versions for value in version["enum"]))}


def as_instruction(schema: Mapping[str, Any]) -> str:
    """The schema as a sentence for models whose endpoint cannot enforce it."""
    told = json.dumps(schema, separators=(",", ":"))
    return f"Answer with one JSON object that follows this JSON schema, and with nothing else:\n{told}"
