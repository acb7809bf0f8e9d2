"""allauth's OpenID Connect, more strictly: signature and nonce are always checked, and only existing accounts enter.

allauth registers what stands in a module of this name; its own app of that provider is not installed beside it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

# Signatures with the provider's private key only: neither `none` nor a secret that both know.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


def nonce_of(verifier: str) -> str:
    """A nonce that only whoever holds this login's PKCE verifier (kept in the session) can tell."""
    return urlsafe_b64encode(hashlib.sha256(f"nonce:{verifier}".encode()).digest()).rstrip(b"=").decode()


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One login's talk with the provider."""

    nonce = ""

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        """Redeem the code, and remember which nonce the answer must carry."""
        if not pkce_code_verifier:
            raise OAuth2Error("no PKCE verifier in the session")
        self.nonce = nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The claims, after every check that the standard names. Raises OAuth2Error."""
        encoded = kwargs["response"].get("id_token")
        if not encoded:
            raise OAuth2Error("no id_token")
        claims = self._decode_id_token(app, encoded)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self.nonce.encode()):
            raise OAuth2Error("wrong nonce")
        userinfo = self._fetch_user_info(token.token)
        if userinfo.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo of another subject")
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims, "userinfo": userinfo})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        # allauth trusts TLS here and skips the signature; a proxy that breaks TLS open is common in such networks.
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key_of(id_token),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=60,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"id_token: {error}") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("id_token for another client")
        return claims

    def _key_of(self, id_token: str) -> Any:
        """The key the token names; a token may name none only where the provider has a single one."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        named = jwt.get_unverified_header(id_token).get("kid")
        found = [key for key in keys if key.key_id == named] if named else keys
        if len(found) != 1:
            raise jwt.InvalidKeyError("no such key")
        return found[0].key


class StrictProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """The identity provider that the environment names."""

    oauth2_adapter_class = StrictAdapter

    def get_pkce_params(self) -> dict[str, str]:
        """Always PKCE, and the nonce with it."""
        made: dict[str, str] = super().get_pkce_params()
        return made | {"nonce": nonce_of(made["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Only what is configured: the address must not bend the request to the provider."""
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing is kept but who it is."""
        claim = self.app.settings["username_claim"]
        return {"sub": data["id_token"]["sub"], "username": str(_claims(data).get(claim, ""))}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of the provider's overwrites what the account says."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


def _claims(data: dict[str, Any]) -> dict[str, Any]:
    return {**data["id_token"], **data["userinfo"]}


provider_classes = [StrictProvider]
