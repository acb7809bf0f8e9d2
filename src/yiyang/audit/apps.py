"""The room as a Django app."""

from django.apps import AppConfig


class Audit(AppConfig):
    name = "yiyang.audit"
    label = "audit"
    verbose_name = "审计"
    default_auto_field = "django.db.models.BigAutoField"
