"""The room as a Django app."""

from django.apps import AppConfig


class Visits(AppConfig):
    name = "yiyang.visits"
    label = "visits"
    verbose_name = "探访关爱"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Visits and findings can be taken out as lists of people can."""
        from yiyang.registry.exports import KINDS, Kind
        from yiyang.visits.lists import finding_sheet, visit_table

        KINDS["visits"] = Kind("探访名单", "person.export", visit_table)
        KINDS["findings"] = Kind("异常情况名单", "person.export", finding_sheet)
