"""What can be had without a token (spec 3.2): a page, the page of the schema, and the schema, which shows the enum words."""

from collections.abc import Iterable
from typing import Any

from . import enums
from .operations import Operation

INDEX: str = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>WebTrader</title></head><body>{}</body></html>\n'
INDEX_TEXT: str = "<h1>WebTrader</h1><p>A simulated server. See <a href=\"/docs\">/docs</a>.</p>"
DOCS_TEXT: str = "<h1>FastAPI - Swagger UI</h1><p>The schema is at <a href=\"/openapi.json\">/openapi.json</a>.</p>"

NUMBER: dict[str, str] = {"type": "number"}
STRING: dict[str, str] = {"type": "string"}


def index_page() -> str:
    return INDEX.format(INDEX_TEXT)


def docs_page() -> str:
    return INDEX.format(DOCS_TEXT)


def openapi(operations: Iterable[Operation], language: str) -> dict[str, Any]:
    """The schema; ``components.schemas`` has the words in the order of the definition (spec 5.1)."""
    paths: dict[str, dict[str, Any]] = {
        "/": {"get": {"summary": "Index", "responses": _answers()}},
        "/token": {"post": {
            "summary": "Login",
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": _reference("Body_login_token_post")}},
            },
            "responses": _answers(),
        }},
    }
    for operation in operations:
        described: dict[str, Any] = {"summary": operation.name, "responses": _answers(), "security": [{"OAuth2PasswordBearer": []}]}
        if operation.has_body:
            described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _reference("OrderRequestModel")}}}
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "FastAPI", "version": "0.1.0"},
        "paths": paths,
        "components": {
            "schemas": _schemas(language),
            "securitySchemes": {
                "OAuth2PasswordBearer": {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "token"}}},
            },
        },
    }


def _schemas(language: str) -> dict[str, Any]:
    choices: dict[str, list[str]] = {
        "Direction": enums.all_words(enums.DIRECTION, language),
        "Exchange": list(enums.EXCHANGES),
        "Offset": enums.all_words(enums.OFFSET, language),
        "OrderType": enums.all_words(enums.ORDER_TYPE, language),
    }
    found: dict[str, Any] = {
        "Body_login_token_post": {
            "type": "object", "title": "Body_login_token_post", "required": ["username", "password"],
            "properties": {"grant_type": STRING, "username": STRING, "password": STRING, "scope": STRING},
        },
        "OrderRequestModel": {
            "type": "object", "title": "OrderRequestModel", "required": ["symbol", "exchange", "direction", "type", "volume"],
            "properties": {
                "symbol": STRING, "exchange": _reference("Exchange"), "direction": _reference("Direction"),
                "type": _reference("OrderType"), "volume": NUMBER, "price": {**NUMBER, "default": 0},
                "offset": {**_reference("Offset"), "default": ""}, "reference": {**STRING, "default": ""},
            },
        },
        "Token": {
            "type": "object", "title": "Token", "required": ["access_token", "token_type"],
            "properties": {"access_token": STRING, "token_type": STRING},
        },
    }
    return found | {name: {"type": "string", "enum": words, "title": name} for name, words in choices.items()}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answers() -> dict[str, Any]:
    return {"200": {"description": "Successful Response", "content": {"application/json": {"schema": {}}}}}
