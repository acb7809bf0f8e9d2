"""The room as a Django app."""

from django.apps import AppConfig


class Cases(AppConfig):
    name = "yiyang.cases"
    label = "cases"
    verbose_name = "个案"
    default_auto_field = "django.db.models.BigAutoField"
