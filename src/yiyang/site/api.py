"""The REST API `/api/v1/`: every room's operations, how they refuse, and their documentation without a script.

Not to be confused with `yiyang.api`, the same words for analysts in Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, ConfigError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from yiyang.access.web import LOGGED_IN, PUBLIC, page
from yiyang.accounts import api as accounts_api
from yiyang.accounts.authority import NotAllowed
from yiyang.accounts.roles import load_roles
from yiyang.areas import api as areas_api
from yiyang.assessment import api as assessment_api
from yiyang.audit import api as audit_api
from yiyang.base.errors import DeliveryError, UsageError, YiyangError
from yiyang.cases import api as cases_api
from yiyang.entitlement import api as entitlement_api
from yiyang.forecast import api as forecast_api
from yiyang.indicators import api as indicators_api
from yiyang.indicators.publication import api as open_data_api
from yiyang.kit.api import BadCursor, Outdated, Said, refuse
from yiyang.planning import api as planning_api
from yiyang.reach import api as reach_api
from yiyang.registry import api as registry_api
from yiyang.registry.api_deliveries import WrongKind
from yiyang.registry.merging import CannotMerge
from yiyang.revisions import api as revisions_api
from yiyang.simulation import api as simulation_api
from yiyang.visits import api as visits_api

log = structlog.get_logger("yiyang.api")
ABOUT = """颐养平台接口。部门用令牌（`Authorization: Bearer yt_…`）调用，已登录的工作人员用会话调用；各看各的区划。
Everything is narrowed to the areas and registers of the caller; a thing elsewhere is not found (404)."""


class Objects(Parser):
    """A body is an object: the library would take `[]` and `null` for one that is empty."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        found = super().parse_body(request)
        if not isinstance(found, dict):
            raise HttpError(400, "object")
        return found


class Api(NinjaAPI):
    """The API, with short names for its operations; `asked` keeps the method and the rights of each address by name."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        self.asked: dict[str, tuple[str, tuple[str, ...]]] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return f"{(operation.tags or ['api'])[0]}_{operation.view_func.__name__}"

    def get_operation_url_name(self, operation: Operation, router: Router) -> str:
        name = operation.view_func.__name__
        if name in self.asked:
            raise ConfigError(f"two operations are named {name}")
        self.asked[name] = (operation.methods[0], tuple((operation.openapi_extra or {})["x-rights"]))
        return name


api = Api(
    title="颐养 Yiyang",
    version="1.0",
    description=ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=Objects(),
)
for room in (
    areas_api,
    registry_api,
    accounts_api,
    audit_api,
    simulation_api,
    entitlement_api,
    cases_api,
    assessment_api,
    revisions_api,
    visits_api,
    forecast_api,
    planning_api,
    reach_api,
    indicators_api,
    open_data_api,
):
    api.add_router("", room.router)


def _failed(request: HttpRequest, exception: Exception) -> None:
    """As for pages: what failed is rolled back, and its audit lines with it."""
    request.failure = exception  # type: ignore[attr-defined]


@api.exception_handler(Http404)
def _missing(request: HttpRequest, exception: Http404) -> HttpResponse:
    _failed(request, exception)
    zh, en = "没有找到，或不在您的范围内。", "It does not exist, or lies outside of your scope."
    return refuse(request, 404, "not_found", zh, en)


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    _failed(request, exception)
    right = load_roles().rights.get(str(exception))
    named = [Said(zh=f"需要权限：{right.zh}", en=f"The right it takes: {right.en}")] if right else []
    return refuse(request, 403, "forbidden", "没有这项权限。", "You lack the right.", named)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    _failed(request, exception)
    found = [
        Said(zh="此项不符合要求", en=each["msg"], field=".".join(str(part) for part in each["loc"]))
        for each in exception.errors
    ]
    return refuse(request, 422, "invalid", "请求内容有误。", "The request is not right.", found)


STATUSES: tuple[tuple[type[YiyangError], int, str], ...] = (
    (Outdated, 412, "outdated"),
    (CannotMerge, 409, "conflict"),
    (WrongKind, 415, "media_type"),
    (BadCursor, 422, "cursor"),
    (NotAllowed, 403, "not_allowed"),
    (UsageError, 422, "refused"),
    (DeliveryError, 422, "delivery"),
)


@api.exception_handler(YiyangError)
def _said(request: HttpRequest, exception: YiyangError) -> HttpResponse:
    """What the caller can mend is told; what only the operator can is logged."""
    _failed(request, exception)
    for kind, status, code in STATUSES:
        if isinstance(exception, kind):
            problems = [Said(zh=zh, en=en) for zh, en in exception.problems]
            return refuse(request, status, code, exception.zh, exception.en, problems)
    log.error("operation failed", kind=type(exception).__name__, said=exception.en)
    return refuse(request, 500, "failed", "系统出错，请联系管理员。", "It failed; ask the administrator.")


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, exception: AuthenticationError) -> HttpResponse:
    _failed(request, exception)
    return refuse(request, 401, "token", "请提供令牌，或先登录。", "Send a token, or log in.")


@api.exception_handler(SuspiciousOperation)
def _suspicious(request: HttpRequest, exception: SuspiciousOperation) -> HttpResponse:
    _failed(request, exception)
    return _by_status(request, 400)


@api.exception_handler(MultiPartParserError)
def _unreadable(request: HttpRequest, exception: MultiPartParserError) -> HttpResponse:
    _failed(request, exception)
    return _by_status(request, 400)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, exception: HttpError) -> HttpResponse:
    _failed(request, exception)
    return _by_status(request, exception.status_code)


WORDS = {
    400: ("malformed", "请求无法解读。"),
    403: ("csrf", "页面已过期，请刷新后再试。"),
    405: ("method", "此地址不支持这种方法。"),
    415: ("media_type", "请用 Content-Type: application/json 发送。"),
}


def _by_status(request: HttpRequest, status: int) -> HttpResponse:
    code, zh = WORDS.get(status, ("refused", "请求未被接受。"))
    return refuse(request, status, code, zh, HTTPStatus(status).phrase + ".")


def _in_our_shape(view: Callable[..., HttpResponse], name: str) -> Callable[..., HttpResponse]:
    """Marked as pages are, for the matrix and the tests of access. 405, plain text in the library, is said as we do."""

    method, rights = api.asked[name]

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # What is sent is JSON and says so: a form of another site cannot pass for it.
        if request.method == method and method in ("POST", "DELETE") and request.content_type != "application/json":
            return _by_status(request, 415)
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        said = _by_status(request, 405)
        said["Allow"] = response["Allow"]
        return said

    answered.method = method  # type: ignore[attr-defined]
    answered.right, answered.also = (rights or (LOGGED_IN,))[0], rights[1:]  # type: ignore[attr-defined]
    return answered


def patterns() -> list[URLPattern | URLResolver]:
    """The addresses of all operations, and of their documentation."""
    found, _, _ = api.urls
    # The last one is the library's root page, which is not there without its documentation.
    operations = [each for each in found if isinstance(each, URLPattern) and each.name != "api-root"]
    for each in operations:
        each.callback = _in_our_shape(each.callback, each.name or "")
    return [path("openapi.json", openapi, name="openapi"), path("docs", docs, name="docs"), *operations]


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI description, made once a process: it takes seconds. Nobody may change it."""
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@page(PUBLIC)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description as JSON."""
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


@page(PUBLIC)
def docs(request: HttpRequest) -> HttpResponse:
    """All operations as a table: address, what it does, who may."""
    return render(request, "site/api.html", {"groups": _groups(), "crumbs": [("接口说明", "")]})


def _groups() -> dict[str, list[dict[str, Any]]]:
    rights = load_roles().rights
    found: dict[str, list[dict[str, Any]]] = {}
    for address, methods in schema()["paths"].items():
        for method, told in methods.items():
            may = [rights[right].zh for right in told.get("x-rights", ()) if right in rights]
            line = {"method": method.upper(), "path": address, "may": "、".join(may) or "任何已知调用者", **told}
            line["says"] = re.split(r"\n\n", told.get("description", ""))[0]
            found.setdefault(TAGS.get(told["tags"][0], told["tags"][0]), []).append(line)
    return found


TAGS = {
    "areas": "区划",
    "deliveries": "数据交付",
    "people": "老年人",
    "groups": "重点人群",
    "exports": "导出",
    "doubles": "疑似同一人",
    "accounts": "账户与令牌",
    "audit": "审计",
    "simulations": "清单测算",
    "open-data": "开放数据",
}
