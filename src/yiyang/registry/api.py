"""The registry over the API."""

from __future__ import annotations

from ninja import Router

from yiyang.registry import api_deliveries, api_doubles, api_exports, api_groups, api_people

router = Router()
for part in (api_deliveries, api_people, api_groups, api_exports, api_doubles):
    router.add_router("", part.router)
