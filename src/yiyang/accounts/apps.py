"""The room as a Django app."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "yiyang.accounts"
    label = "accounts"
    verbose_name = "账户与权限"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The only signals of the house: allauth tells of logins in no other way."""
        from allauth.account.signals import password_changed, user_logged_in, user_logged_out
        from allauth.mfa.signals import authentication_failed, authenticator_used

        from yiyang.accounts import events

        user_logged_in.connect(events.on_login)
        user_logged_out.connect(events.on_logout)
        password_changed.connect(events.on_password)
        authenticator_used.connect(events.on_code)
        authentication_failed.connect(events.on_wrong_code)
