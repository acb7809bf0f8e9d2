"""The room as a Django app."""

from django.apps import AppConfig


class Notices(AppConfig):
    name = "yiyang.notices"
    label = "notices"
    verbose_name = "告知"
    default_auto_field = "django.db.models.BigAutoField"
