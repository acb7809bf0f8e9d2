"""The room as a Django app."""

from django.apps import AppConfig


class Indicators(AppConfig):
    name = "yiyang.indicators"
    label = "indicators"
    verbose_name = "指标"
    default_auto_field = "django.db.models.BigAutoField"
