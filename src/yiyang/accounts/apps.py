"""The room as a Django app."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "yiyang.accounts"
    label = "accounts"
    verbose_name = "账户与权限"
    default_auto_field = "django.db.models.BigAutoField"
