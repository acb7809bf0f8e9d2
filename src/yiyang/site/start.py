"""Django, ready for a command: the database found or started, its two connections named, the settings loaded."""

from __future__ import annotations

import os
from pathlib import Path

from yiyang.site.postgres import APP_URL_VARIABLE, URL_VARIABLE, Database, database

SETTINGS = "yiyang.site.settings"


def data_folder() -> Path:
    """The data folder of this installation: YIYANG_DATA, or `var` here."""
    return Path(os.environ.get("YIYANG_DATA", "var")).resolve()


def start(data: Path | None = None) -> Database:
    """Reach or start the database and set Django up on it.

    A process that is given the application's connection only (production) needs no owner's.

    Errors: DatabaseError when it cannot be reached or started.
    """
    folder = data or data_folder()
    os.environ["YIYANG_DATA"] = str(folder)
    if APP_URL_VARIABLE in os.environ and URL_VARIABLE not in os.environ:
        found = Database("", folder)
    else:
        found = database(folder)
        os.environ[APP_URL_VARIABLE] = found.prepare_roles()
        os.environ[URL_VARIABLE] = found.owner_url
    set_up()
    return found


def set_up() -> None:
    """Load the settings."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()


def migrate() -> None:
    """Bring the database to this version, as its owner, and what policy lays into it (`AFTER_MIGRATE`)."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils.module_loading import import_string

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    call_command("createcachetable", database="owner", verbosity=0)
    for name in settings.AFTER_MIGRATE:
        import_string(name)()
