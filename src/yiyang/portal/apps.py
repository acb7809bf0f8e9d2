"""The room as a Django app."""

from django.apps import AppConfig


class Portal(AppConfig):
    name = "yiyang.portal"
    label = "portal"
    verbose_name = "公众服务"
    default_auto_field = "django.db.models.BigAutoField"
