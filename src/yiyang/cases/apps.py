"""The room as a Django app."""

from django.apps import AppConfig


class Cases(AppConfig):
    name = "yiyang.cases"
    label = "cases"
    verbose_name = "个案"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Work lists can be taken out as lists of people can."""
        from yiyang.cases.worklists import work_table
        from yiyang.registry.exports import KINDS, Kind

        KINDS["cases"] = Kind("个案名单", "person.export", work_table)
