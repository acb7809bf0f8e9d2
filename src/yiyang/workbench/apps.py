"""The room as a Django app."""

from django.apps import AppConfig


class Workbench(AppConfig):
    name = "yiyang.workbench"
    label = "workbench"
    verbose_name = "工作台"
    default_auto_field = "django.db.models.BigAutoField"
