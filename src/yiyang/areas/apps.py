"""The room as a Django app."""

from django.apps import AppConfig


class Areas(AppConfig):
    name = "yiyang.areas"
    label = "areas"
    verbose_name = "区划"
    default_auto_field = "django.db.models.BigAutoField"
