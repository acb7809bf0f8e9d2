"""The room as a Django app."""

from django.apps import AppConfig


class Portal(AppConfig):
    name = "yiyang.portal"
    label = "portal"
    verbose_name = "公众服务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A staff login ends a citizen's in the same browser; Django tells of it in no other way."""
        from django.contrib.auth.signals import user_logged_in

        from yiyang.portal import scopes

        user_logged_in.connect(scopes.on_staff_login)
