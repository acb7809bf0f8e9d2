"""Prometheus metrics: requests by route, jobs by state, deliveries by state. Nothing personal is a label."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("yiyang_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "yiyang_request_seconds", "Time to answer", ["route"], buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 10)
)
