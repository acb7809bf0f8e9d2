"""The settings of single sign-on, from the environment. Read by Django's settings: knows no models.

YIYANG_OIDC_ISSUER         the identity provider, as https://sso.example.gov.cn/realms/city; absent: no single sign-on
YIYANG_OIDC_CLIENT_ID      what the provider knows us as
YIYANG_OIDC_SECRET         and its secret
YIYANG_OIDC_NAME           what the button says (default 统一身份认证)
YIYANG_OIDC_USERNAME_CLAIM the claim that holds the username here (default preferred_username)
YIYANG_OIDC_LINK=1         the first login links by that claim; otherwise links are made beforehand by `account link`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

PROVIDER = "openid_connect"
KEY = "sso"


def providers(environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's SOCIALACCOUNT_PROVIDERS."""
    issuer = environment.get("YIYANG_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return {}
    app = {
        "provider_id": KEY,
        "name": environment.get("YIYANG_OIDC_NAME", "统一身份认证"),
        "client_id": environment.get("YIYANG_OIDC_CLIENT_ID", ""),
        "secret": environment.get("YIYANG_OIDC_SECRET", ""),
        "settings": {
            "server_url": issuer,
            "oauth_pkce_enabled": True,
            "username_claim": environment.get("YIYANG_OIDC_USERNAME_CLAIM", "preferred_username"),
            "may_link": environment.get("YIYANG_OIDC_LINK") == "1",
        },
    }
    return {PROVIDER: {"APPS": [app]}}


def form_targets(environment: Mapping[str, str]) -> str:
    """Where a form may lead besides this site: browsers hold a form's redirects to `form-action` too."""
    parts = urlsplit(environment.get("YIYANG_OIDC_ISSUER", ""))
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
