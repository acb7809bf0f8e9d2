"""The room as a Django app."""

from django.apps import AppConfig


class Revisions(AppConfig):
    name = "yiyang.revisions"
    label = "revisions"
    verbose_name = "清单修订"
    default_auto_field = "django.db.models.BigAutoField"
