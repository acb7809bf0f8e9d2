"""The same order twice is one order: what was answered to an `Idempotency-Key` is answered again, for a day.

The slot lies in the cache's table and is written in the caller's transaction: a second call that comes meanwhile waits
for the first, and where the first is rolled back, so is its slot.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from yiyang.access.scope import current
from yiyang.base.errors import UsageError

HEADER = "Idempotency-Key"
KEPT = 24 * 3600
KEY = re.compile(r"[\x21-\x7e]{1,100}")
Answer = dict[str, Any]


def once(request: HttpRequest, make: Callable[[], Answer]) -> Answer:
    """What `make` gives, or what it gave when the same caller sent the same key to the same address before.

    Args:
        make: does the work and gives what JSON can hold. Without the header it is simply called.

    Raises:
        UsageError: the key is not 1 to 100 printable characters, or was sent with another body.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return make()
    if not KEY.fullmatch(key):
        raise UsageError(f"{HEADER} 应为 1 至 100 个可见字符。", f"{HEADER} is 1 to 100 printable characters.")
    slot, body = _slot(request, key), hashlib.sha256(request.body).hexdigest()
    if not cache.add(slot, {"body": body, "answer": None}, KEPT):
        return _before(cache.get(slot) or {}, body)
    try:
        answer = make()
    except Exception:
        # A refusal is not remembered: what ailed it may be mended, and the key used again.
        cache.delete(slot)
        raise
    cache.set(slot, {"body": body, "answer": answer}, KEPT)
    return answer


def _before(found: dict[str, Any], body: str) -> Answer:
    if found.get("body") != body:
        raise UsageError(
            f"这个 {HEADER} 已用于另一个请求，请换一个。", f"This {HEADER} was used with another body; take a new one."
        )
    answer: Answer = found["answer"] or {}
    return answer


def _slot(request: HttpRequest, key: str) -> str:
    scope = current()
    parts = (scope.user, scope.citizen, request.method, request.path, request.META.get("QUERY_STRING", ""), key)
    return "once." + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
