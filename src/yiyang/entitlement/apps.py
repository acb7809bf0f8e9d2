"""The room as a Django app."""

from django.apps import AppConfig


class Entitlement(AppConfig):
    name = "yiyang.entitlement"
    label = "entitlement"
    verbose_name = "应享待遇"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which lists of the room can be taken out."""
        from yiyang.entitlement.month_pages import arrears_table, changes_table, unknowns_table
        from yiyang.registry.exports import KINDS, Kind

        KINDS["changes"] = Kind("待遇变化名单", "person.export", changes_table)
        KINDS["unknowns"] = Kind("待了解的事实", "person.export", unknowns_table)
        KINDS["arrears"] = Kind("补发追回名单", "person.export", arrears_table)
