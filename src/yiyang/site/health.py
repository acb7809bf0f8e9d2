"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

import ipaddress
import os

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY

from yiyang.accounts.middleware import address_of
from yiyang.accounts.web import PUBLIC, page


@page(PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@page(PUBLIC)
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and is migrated; otherwise 503."""
    from django.db.migrations.executor import MigrationExecutor

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok", "migrations_waiting": waiting}, status=503 if waiting else 200)


@page(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for addresses of this machine and those named in YIYANG_METRICS_FROM."""
    allowed = os.environ.get("YIYANG_METRICS_FROM", "127.0.0.0/8,::1/128").split(",")
    address = ipaddress.ip_address(address_of(request) or "0.0.0.0")
    if not any(address in ipaddress.ip_network(network) for network in allowed):
        return HttpResponseForbidden("forbidden\n", content_type="text/plain")
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
