"""The room as a Django app: base templates, static files, the site's own pages."""

from django.apps import AppConfig


class Site(AppConfig):
    name = "yiyang.site"
    label = "yiyang_site"
    verbose_name = "颐养"
