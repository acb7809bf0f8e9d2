"""The room as a Django app."""

from django.apps import AppConfig


class Reach(AppConfig):
    name = "yiyang.reach"
    label = "reach"
    verbose_name = "养老服务圈"
    default_auto_field = "django.db.models.BigAutoField"
