"""The room as a Django app."""

from django.apps import AppConfig


class Planning(AppConfig):
    name = "yiyang.planning"
    label = "planning"
    verbose_name = "规划与项目"
    default_auto_field = "django.db.models.BigAutoField"
