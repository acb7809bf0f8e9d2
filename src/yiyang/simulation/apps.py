"""The room as a Django app."""

from django.apps import AppConfig


class Simulation(AppConfig):
    name = "yiyang.simulation"
    label = "simulation"
    verbose_name = "清单测算"
    default_auto_field = "django.db.models.BigAutoField"
