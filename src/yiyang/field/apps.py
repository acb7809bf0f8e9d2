"""The room as a Django app."""

from django.apps import AppConfig


class Field(AppConfig):
    name = "yiyang.field"
    label = "field"
    verbose_name = "外出作业"
    default_auto_field = "django.db.models.BigAutoField"
