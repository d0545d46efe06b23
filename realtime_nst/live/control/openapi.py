"""OpenAPI description of the HTTP interface, made from the table of verbs."""

from collections.abc import Sequence
from typing import Any

from realtime_nst import __version__
from realtime_nst.live.control.values import SLOTS, TOGGLE, Kind
from realtime_nst.live.control.verbs import VERBS, Verb

STATE = "/api/state"
Schema = dict[str, Any]


def describe(styles: Sequence[str]) -> Schema:
    """Return the OpenAPI 3.1 document for a session with these styles."""
    paths = {f"/api/{verb.name}": _path(verb, styles) for verb in VERBS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "realtime-nst", "version": __version__, "summary": "A live session."},
        "paths": {STATE: _state(styles), **paths},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def value_schema(verb: Verb, styles: Sequence[str]) -> Schema:
    """Return the JSON schema of a value of a verb."""
    match verb.kind:
        case Kind.NUMBER:
            return {"type": "number", "minimum": verb.low, "maximum": verb.high}
        case Kind.SWITCH:
            return {"anyOf": [{"type": "boolean"}, {"const": TOGGLE}]}
        case Kind.STYLE:
            number = {"type": "integer", "minimum": 1, "maximum": len(styles)}
            return {"anyOf": [{"enum": list(styles)}, number]}
        case Kind.CHOICE:
            return {"enum": list(verb.choices)}
        case Kind.SLOT:
            return {"type": "integer", "minimum": 1, "maximum": SLOTS}
        case Kind.TRIGGER:
            return {"type": "null"}


def _path(verb: Verb, styles: Sequence[str]) -> Schema:
    method = "post" if verb.is_action else "put"
    schema: Schema = {"type": "object", "properties": {"value": value_schema(verb, styles)}}
    if verb.kind is not Kind.TRIGGER:
        schema["required"] = ["value"]
    return {method: _operation(verb.name, verb.does, schema)}


def _state(styles: Sequence[str]) -> Schema:
    values = {
        verb.name: {**value_schema(verb, styles), "description": verb.does}
        for verb in VERBS
        if not verb.is_action
    }
    schema = {"type": "object", "properties": values, "additionalProperties": False}
    read = {
        "operationId": "state",
        "summary": "Return the settings, the styles, the presets and statistics.",
        "responses": {"200": _json("The state.")},
    }
    return {"get": read, "put": _operation("set-state", "Set several values at once.", schema)}


def _operation(name: str, does: str, schema: Schema) -> Schema:
    return {
        "operationId": name,
        "summary": does,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": _json("The new state."), "400": _json("The value is wrong.")},
    }


def _json(description: str) -> Schema:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
