"""A phone as far as the platform sees it: it registers, takes along, and sends what it made up."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def browser(user: Any) -> Client:
    """Somebody logged in."""
    found = Client()
    found.force_login(user, backend=BACKEND)
    return found


@dataclass
class Phone:
    """A phone of one account; `off` is what its clock is ahead."""

    user: Any
    client: Client = field(init=False)
    device: str = ""
    pack: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = browser(self.user)

    def post(self, what: str, /, **words: Any) -> Any:
        """Ask something of the platform."""
        return self.client.post(reverse(f"field:{what}"), words)

    def begin(self) -> Phone:
        """Register and take along."""
        key = base64.b64encode(bytes(32)).decode()
        self.device = self.post("register", name="手机", key=key).json()["device"]
        self.pack = self.post("pack", device=self.device).json()
        return self

    def entry(self, n: int = 0, *, done: datetime | None = None, **answers: Any) -> dict[str, Any]:
        """What was done about a piece of work."""
        at = (done or datetime.now(UTC)).isoformat()
        said = {
            "answers": {"met": "yes", **answers},
            "files": {},
            "began_at": at,
            "ended_at": at,
            "said": [["见面", "是"]],
        }
        return self.sealed(n, said, at)

    def sealed(self, n: int, body: Any, at: str) -> dict[str, Any]:
        """An entry with this body."""
        text = json.dumps(body, ensure_ascii=False)
        return {
            "id": str(uuid.uuid4()),
            "ticket": self.pack["ticket"],
            "pass": self.pack["pieces"][n]["pass"],
            "done_at": at,
            "body": text,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }

    def send(
        self, *entries: dict[str, Any], via: Client | None = None, now: datetime | None = None, **more: Any
    ) -> Any:
        """Send a batch, perhaps from a browser in which somebody else is logged in."""
        batch = {"clock": (now or datetime.now(UTC)).isoformat(), "entries": list(entries), **more}
        return (via or self.client).post(reverse("field:sync"), json.dumps(batch), content_type="application/json")

    def brought(self, *entries: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
        """The answers, entry by entry."""
        answer = self.send(*entries, **how)
        assert answer.status_code == 200, answer.content.decode()
        by_id = {each["id"]: each for each in answer.json()["answers"]}
        return [by_id[each["id"]] for each in entries]
