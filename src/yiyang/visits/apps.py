"""The room as a Django app."""

from django.apps import AppConfig


class Visits(AppConfig):
    name = "yiyang.visits"
    label = "visits"
    verbose_name = "探访关爱"
    default_auto_field = "django.db.models.BigAutoField"
