"""Structured logs: one JSON object a line, with the request's id, without personal data."""

from __future__ import annotations

import re
from typing import Any

import structlog

# What looks like an id number or a mobile telephone never reaches a log, whoever wrote the message.
PERSONAL = re.compile(r"(?<!\d)(\d{4})\d{10,11}(\d{3}[\dXx])(?!\d)|(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")


def mask(text: str) -> str:
    """The text with id numbers and telephones masked.

    >>> mask("person 511724194001011234 called 13812345678")
    'person 5117********1234 called 138****5678'
    """
    return PERSONAL.sub(lambda m: f"{m[1]}********{m[2]}" if m[1] else f"{m[3]}****{m[4]}", text)


def mask_event(logger: Any, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """structlog processor: every text of an event, masked."""
    return {key: mask(value) if isinstance(value, str) else value for key, value in event.items()}


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
