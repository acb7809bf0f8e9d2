"""The room as a Django app: base templates, static files, the site's own pages."""

from collections.abc import Mapping

from django.apps import AppConfig


class Site(AppConfig):
    name = "yiyang.site"
    label = "yiyang_site"
    verbose_name = "颐养"

    def ready(self) -> None:
        """Low rooms are told what high ones know; those are loaded when they are asked."""
        from yiyang.forecast import demand

        demand.use(_supply)


def _supply(area: int, year: int) -> Mapping[str, float]:
    from yiyang.indicators import supply

    return supply.of(area, year)
