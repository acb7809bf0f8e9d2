"""A real OpenID Connect provider on 127.0.0.1 (`oidc-provider-mock`, on Authlib) that checks PKCE and can be bent."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock  # type: ignore[import-untyped]
from werkzeug.serving import make_server


class Provider:
    """One running provider.

    Attributes:
        url: its issuer.
        bend: what it does wrong: nonce, signature, subject, audience, expired, none, no_token; '' = nothing.
        checked: how many PKCE verifiers were right.
    """

    def __init__(self) -> None:
        self.url, self.bend, self.checked = "", "", 0
        self.challenges: dict[str, str] = {}
        people = [_user("s-baoguo", "保国"), _user("s-nobody", "nobody"), _user("s-chunlan", "春兰")]
        self.app = oidc_provider_mock.app(user_claims=people)
        self.app.before_request(self._check_pkce)
        self.app.after_request(self._after)

    def _check_pkce(self) -> Any:
        if flask.request.path != "/oauth2/token":
            return None
        verifier = flask.request.form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if self.challenges.get(flask.request.form.get("code", "")) != challenge:
            return {"error": "invalid_grant", "error_description": "PKCE"}, 400
        self.checked += 1
        return None

    def _after(self, response: Any) -> Any:
        if flask.request.path == "/oauth2/authorize" and "Location" in response.headers:
            code = parse_qs(urlsplit(response.headers["Location"]).query).get("code", [""])[0]
            self.challenges[code] = flask.request.args.get("code_challenge", "")
        if flask.request.path == "/oauth2/token" and self.bend and response.status_code == 200:
            told = response.get_json()
            told["id_token"] = self._bent(told["id_token"])
            response.set_data(json.dumps({key: value for key, value in told.items() if value}))
        if flask.request.path == "/userinfo" and self.bend == "subject":
            response.set_data(json.dumps({"sub": "s-somebody-else", "preferred_username": "保国"}))
        return response

    def _bent(self, token: str) -> str:
        import jwt
        from cryptography.hazmat.primitives.asymmetric import rsa

        if self.bend in ("subject", "no_token"):
            return token if self.bend == "subject" else ""
        claims = jwt.decode(token, options={"verify_signature": False})
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another"},
            "expired": {"exp": 1},
        }
        claims |= wrong.get(self.bend, {})
        if self.bend == "none":
            return jwt.encode(claims, "", algorithm="none")
        # Signed by a stranger under the right key's name, or rightly by the provider's own key.
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key = stranger if self.bend == "signature" else self._own_key()
        return jwt.encode(claims, key, algorithm="RS256")

    @staticmethod
    def _own_key() -> Any:
        from jwt.algorithms import RSAAlgorithm
        from oidc_provider_mock._storage import storage  # type: ignore[import-untyped]

        return RSAAlgorithm.from_jwk(json.dumps(storage.jwk.as_dict(is_private=True)))


def _user(sub: str, username: str) -> Any:
    return oidc_provider_mock.User(sub=sub, claims={"preferred_username": username, "name": username})


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port, in a thread."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app, threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
