"""The one door to flask-openapi: resources with typed routes, and the document that is made of them.

Views take their parameters as arguments named `path`, `query` and `body`, each a Pydantic model.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.info import Info
from flask_openapi.models.security_scheme import SecurityScheme
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.utils import cached_property

from entrypoints.http import errors
from entrypoints.http.json_body import JSON_BODY_BYTES, parsed

View = TypeVar("View", bound=Callable[..., Any])

_REF = "#/components/schemas/{model}"
_SCHEMAS: dict[str, Any] = {}  # of what is answered, by name
_EXTRAS: dict[str, tuple[tuple[dict[str, Any], ...], str]] = {}  # header parameters and body type, by operation
_COMMON_PROBLEMS = (400, 401, 403, 422, 429, 500, 503)
_HEADERS = {
    "ETag": "The version, for If-Match and If-None-Match.",
    "Location": "Where what was made or started is found.",
    "Retry-After": "Seconds to wait before asking again.",
    "Content-Range": "Which bytes these are, and of how many.",
    "Accept-Ranges": "That ranges in bytes may be asked for.",
    "Content-Disposition": "The name to save it under.",
}


def _header_parameter(name: str, description: str, required: bool = False) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 255}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


IDEMPOTENCY_KEY = _header_parameter(
    "Idempotency-Key", "Sent again with the same key within a day, the request is carried out once."
)
IF_MATCH = _header_parameter("If-Match", "The ETag of what is to be changed, or *.", required=True)
IF_NONE_MATCH = _header_parameter("If-None-Match", "ETags that the client has already.")
RANGE = _header_parameter("Range", "The bytes to send, e.g. bytes=0-999.")
IF_RANGE = _header_parameter("If-Range", "The ETag for which Range is meant.")
CONTENT_DIGEST = _header_parameter("Content-Digest", "RFC 9530: sha-256=:BASE64:, compared with the body.")
LAST_EVENT_ID = _header_parameter("Last-Event-ID", "The last event that was seen; the stream goes on after it.")


class Problem(BaseModel):
    """RFC 9457. Beside these, a problem may carry members of its own."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/not-found",
                    "title": "There is no such thing",
                    "status": 404,
                    "detail": "There is no recording 01ARZ3NDEKTSV4RRFFQ69G5FAV.",
                    "instance": "/api/v1/recordings/01ARZ3NDEKTSV4RRFFQ69G5FAV",
                    "request_id": "5c1ca0de4a1b4f6f9f4f5f8a3f2b7a10",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


class FieldError(BaseModel):
    field: str
    message: str


class ValidationProblem(Problem):
    errors: list[FieldError] = []


@dataclass(frozen=True)
class Answer:
    """One answer of a route: a model as JSON, or another media type."""

    model: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    description: str = ""

    def described(self, status: int) -> dict[str, Any]:
        about: dict[str, Any] = {"description": self.description or HTTPStatus(status).phrase}
        if self.headers:
            about["headers"] = {
                name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in self.headers
            }
        if self.model is not None:
            about["content"] = {"application/json": {"schema": _reference(self.model)}}
        if self.media_types:
            about["content"] = {name: {"schema": {"type": "string", "format": "binary"}} for name in self.media_types}
        return about


class JsonRequest(Request):
    """A request whose JSON body is refused when it is malformed, rather than taken as none."""

    @cached_property
    def json_body(self) -> dict[str, Any]:
        if not self.is_json:
            raise UnsupportedMediaType("Send the body as application/json.")
        self.max_content_length = JSON_BODY_BYTES
        return parsed(self.get_data())

    def get_json(self, *_: Any, **__: Any) -> Any:
        return self.json_body


class Resource:
    """The routes of one resource below /api/v1."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = APIBlueprint(
            name,
            __name__,
            url_prefix="/api/v1",
            abp_tags=[Tag(name=name, description=description)],
            operation_id_callback=lambda *, name, path, method: name,
        )

    def route(
        self,
        method: str,
        rule: str,
        *,
        answers: Mapping[int, Answer],
        problems: tuple[int, ...] = (),
        parameters: tuple[dict[str, Any], ...] = (),
        request_body: dict[str, Any] | None = None,
        body_type: str = "application/json",
        signed: bool = False,
    ) -> Callable[[View], View]:
        """`parameters` are header parameters that the view reads by itself; `signed` routes need no key."""
        responses: dict[Any, Any] = {status: answer.described(status) for status, answer in answers.items()}
        responses |= {status: _problem_answer(status) for status in (*_COMMON_PROBLEMS, *problems)}
        options: dict[str, Any] = {"responses": responses, "security": [] if signed else [{"key": []}]}
        if request_body is not None:
            options["request_body"] = request_body

        def decorate(view: View) -> View:
            getattr(self.blueprint, method.lower())(rule, **options)(view)
            _EXTRAS[view.__name__] = (parameters, body_type)
            return view

        return decorate


class Application(OpenAPI):
    request_class = JsonRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document: dict[str, Any] | None = None
        self.document_lock = threading.Lock()


def application(version: str) -> Application:
    app = Application(
        "entrypoints.http",
        info=Info(
            title="Audio backend",
            version=version,
            description="Takes audio files in, proves what each one is, and keeps what it heard.",
        ),
        security_schemes={
            "key": SecurityScheme(type="http", scheme="bearer", description="A key of the library: ak_…")
        },
        validation_error_callback=errors.of_validation,
        validation_error_model=ValidationProblem,
        doc_ui=False,
        static_folder=None,
    )
    app.openapi_version = "3.1.0"
    return app


def register(app: Application, *resources: Resource) -> None:
    for resource in resources:
        app.register_api(resource.blueprint)


def document(app: Application) -> dict[str, Any]:
    """The OpenAPI document of what is registered, made on first use."""
    with app.document_lock:
        if app.document is None:
            app.document = _made(app.api_doc)
        return app.document


def _made(spec: dict[str, Any]) -> dict[str, Any]:
    spec["components"]["schemas"] = dict(sorted((spec["components"].get("schemas", {}) | _SCHEMAS).items()))
    for schema in spec["components"]["schemas"].values():
        schema.pop("$defs", None)
    for path in spec["paths"].values():
        for operation in path.values():
            _finish(operation)
    return spec


def _finish(operation: dict[str, Any]) -> None:
    """Adds what flask-openapi has no words for."""
    parameters, body_type = _EXTRAS[operation["operationId"]]
    operation.setdefault("security", [])
    if parameters:
        known = {parameter["name"] for parameter in operation.get("parameters", [])}
        fresh = [parameter for parameter in parameters if parameter["name"] not in known]
        operation["parameters"] = [*operation.get("parameters", []), *fresh]
    content = operation.get("requestBody", {}).get("content", {})
    if body_type != "application/json" and "application/json" in content:
        content[body_type] = content["application/json"]


def optional_body(model: type[BaseModel]) -> dict[str, Any]:
    """Of a route that reads its body with `json_body.read_optional`."""
    return {"content": {"application/json": {"schema": _reference(model)}}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    """A reference to the model's schema, which is put among the components."""
    schema = model.model_json_schema(mode="serialization", ref_template=_REF)
    _SCHEMAS.update(schema.pop("$defs", {}))
    _SCHEMAS[model.__name__] = schema
    return {"$ref": _REF.format(model=model.__name__)}


def _problem_answer(status: int) -> dict[str, Any]:
    model = ValidationProblem if status == 422 else Problem
    headers = {"Retry-After": {"description": _HEADERS["Retry-After"], "schema": {"type": "string"}}}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {errors.MEDIA_TYPE: {"schema": _reference(model)}},
        **({"headers": headers} if status in {429, 503} else {}),
    }
