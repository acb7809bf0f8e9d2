"""What every forked process (`forked.py`) has loaded already: Django with all rooms, and what a worker needs."""

from __future__ import annotations

import importlib
import os
import tempfile
from unittest import mock

from yiyang.site.postgres import APP_URL_VARIABLE, URL_VARIABLE
from yiyang.site.start import SETTINGS, set_up

# A folder and a database that nobody has: whoever is forked takes his own before he does anything.
with tempfile.TemporaryDirectory() as _nowhere:
    _words = {"YIYANG_DATA": _nowhere, APP_URL_VARIABLE: "postgresql://nobody@/none", URL_VARIABLE: ""}
    with mock.patch.dict(os.environ, _words | {"DJANGO_SETTINGS_MODULE": SETTINGS}):
        set_up()
    # What they load when they are at work; Arrow takes pandas along where it is installed.
    for _name in (
        "pandas", "pyarrow.dataset", "pyarrow.pandas_compat", "pypinyin", "rich.progress", "tarfile",
        "django.db.migrations.executor", "procrastinate.contrib.django.management.commands.procrastinate",
        "procrastinate.worker", "yiyang.cases.opening", "yiyang.registry.judging", "yiyang.registry.tests.arrivals",
    ):  # fmt: skip
        importlib.import_module(_name)
