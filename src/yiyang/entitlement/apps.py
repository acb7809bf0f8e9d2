"""The room as a Django app."""

from django.apps import AppConfig


class Entitlement(AppConfig):
    name = "yiyang.entitlement"
    label = "entitlement"
    verbose_name = "应享待遇"
    default_auto_field = "django.db.models.BigAutoField"
