"""The room as a Django app."""

from django.apps import AppConfig


class Registry(AppConfig):
    name = "yiyang.registry"
    label = "registry"
    verbose_name = "老年人登记"
    default_auto_field = "django.db.models.BigAutoField"
