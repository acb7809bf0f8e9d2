"""The room as a Django app."""

from django.apps import AppConfig


class Forecast(AppConfig):
    name = "yiyang.forecast"
    label = "forecast"
    verbose_name = "人口预测"
    default_auto_field = "django.db.models.BigAutoField"
