"""The shell of the phone's app: the files that it consists of, under one version, which is the fingerprint of them all.

It holds nothing personal and is the same for everybody. Served under its version, so that files of two versions never
meet, and scripts may import one another by their own names.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

OWN = (
    "field/app.css",
    "field/app.js",
    "field/dom.js",
    "field/form.js",
    "field/logic.js",
    "field/media.js",
    "field/outbox.js",
    "field/pieces.js",
    "field/server.js",
    "field/store.js",
    "field/unlock.js",
    "field/vault.js",
    "field/icon.svg",
    "field/icon-192.png",
    "field/icon-512.png",
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


def names() -> tuple[str, ...]:
    """The static files of the shell, those of other rooms (settings.FIELD_SHELL) last."""
    return OWN + tuple(settings.FIELD_SHELL)


def content(name: str) -> bytes | None:
    """A file of the shell; None for any other."""
    if name not in names():
        return None
    found = finders.find(name)
    return Path(found).read_bytes() if found else None


def version() -> str:
    """The fingerprint of everything; while developing it is made anew each time."""
    return _version() if settings.DEBUG else _kept_version(names())


def _version() -> str:
    digest = hashlib.sha256()
    for name in names():
        digest.update(name.encode() + b"\0" + (content(name) or b""))
    for template in ("field/app.html", "field/sw.js"):
        digest.update(Path(get_template(template).template.origin.name).read_bytes())  # type: ignore[attr-defined]
    return digest.hexdigest()[:16]


@cache
def _kept_version(_names: tuple[str, ...]) -> str:
    return _version()


def extra_scripts() -> tuple[str, ...]:
    """Scripts of other rooms, loaded after the app's own."""
    return tuple(name for name in settings.FIELD_SHELL if name.endswith(".js"))
