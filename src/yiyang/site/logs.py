"""Structured logs: one JSON object a line, with the request's id, without personal data."""

from __future__ import annotations

from typing import Any

import structlog

from yiyang.access.masks import scrubbed


def mask_event(logger: Any, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """structlog processor: id numbers and telephones never reach a log, whoever wrote the message."""
    return {key: scrubbed(value) if isinstance(value, str) else value for key, value in event.items()}


SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
    structlog.processors.format_exc_info,
    mask_event,
]


def logging_settings(debug: bool) -> dict[str, Any]:
    """Django's LOGGING: JSON lines on standard error; the screen keeps standard output."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last = structlog.dev.ConsoleRenderer() if debug else structlog.processors.JSONRenderer(ensure_ascii=False)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "splink": {"level": "WARNING"},
        },
    }
