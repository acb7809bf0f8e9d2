"""The room as a Django app."""

from django.apps import AppConfig


class Access(AppConfig):
    name = "yiyang.access"
    label = "access"
    verbose_name = "访问控制"
    default_auto_field = "django.db.models.BigAutoField"
