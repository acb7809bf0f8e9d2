"""The registry over the API."""

from __future__ import annotations

from ninja import Router

from yiyang.registry import api_deliveries

router = Router()
router.add_router("", api_deliveries.router)
