"""Pages for what went wrong: plain Chinese, what to do, and the id of the request. The last one needs no database."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from yiyang.kit.api import refuse

CODES = {400: "malformed", 403: "forbidden", 404: "not_found", 405: "method", 429: "too_many", 500: "failed"}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be understood."""
    return _answer(request, 400, "请求有误")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the account lacks the right."""
    return _answer(request, 403, "没有这项权限")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: it does not exist, or lies out of scope. The page does not say which."""
    return _answer(request, 404, "没有找到")


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: the address takes another method: a link to what only a button may do."""
    answer = _answer(request, 405, "这个地址不能这样打开")
    answer["Allow"] = allowed
    return answer


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: too often in a short time."""
    return _answer(request, 429, "操作太频繁")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return _answer(request, 500, "系统出错")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or came from elsewhere."""
    return _answer(request, 403, "页面已过期", template="403_csrf.html")


def _answer(request: HttpRequest, status: int, said: str, template: str = "") -> HttpResponse:
    request_id = getattr(request, "request_id", "")
    if request.path.startswith("/api/"):
        return refuse(request, status, CODES[status], f"{said}。", f"{HTTPStatus(status).phrase}.")
    # Without the request: no session, account or menu is asked for, so this works when the database does not.
    context: dict[str, Any] = {"request_id": request_id, "is_large": request.COOKIES.get("size") == "large"}
    response = HttpResponse(render_to_string(template or f"{status}.html", context), status=status)
    add_never_cache_headers(response)
    return response
