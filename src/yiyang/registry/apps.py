"""The room as a Django app."""

from django.apps import AppConfig


class Registry(AppConfig):
    name = "yiyang.registry"
    label = "registry"
    verbose_name = "老年人登记"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what hangs on people, so that a change of areas can tell it."""
        from yiyang.areas.following import also

        people = "(SELECT id FROM registry_person WHERE area_code = ANY(%(codes)s))"
        also("登记册陈述", f"SELECT count(*) FROM registry_statement WHERE person IN {people}")
        also("重点人群成员", f"SELECT count(*) FROM registry_membership WHERE person_id IN {people}")
