"""Around every request: its id, its log line, and the headers that keep foreign scripts out."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from yiyang.site.errors import wrong_method
from yiyang.site.metrics import REQUESTS, SECONDS

Answer = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("yiyang.request")
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestContext:
    """Gives the request an id (or takes the proxy's), logs it and measures it. Paths are logged as routes: no keys."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request.request_id)  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = self.get_response(request)
        self._tell(request, response, time.perf_counter() - began)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    @staticmethod
    def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        route = f"/{match.route}" if match else "unknown"
        REQUESTS.labels(request.method, route, response.status_code).inc()
        SECONDS.labels(route).observe(seconds)
        user = getattr(request, "user", None)
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            user=user.pk if user is not None and user.is_authenticated else None,
        )


class WrongMethods:
    """Django answers a wrong method (405) with an empty page; here it says what to do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        return wrong_method(request, response.headers.get("Allow", ""))


class ContentSecurityPolicy:
    """No inline script or style, nothing from elsewhere."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response
