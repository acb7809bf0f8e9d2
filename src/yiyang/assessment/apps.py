"""The room as a Django app."""

from django.apps import AppConfig


class Assessment(AppConfig):
    name = "yiyang.assessment"
    label = "assessment"
    verbose_name = "能力评估"
    default_auto_field = "django.db.models.BigAutoField"
