from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The list of a month, by its days, is read from an index: it took seconds for a county."""

    dependencies: ClassVar[list[Any]] = [("visits", "0002_locks")]
    operations: ClassVar[list[Any]] = [
        migrations.AddIndex("visit", models.Index(fields=["month", "on", "id"], name="visits_visit_days")),
    ]
