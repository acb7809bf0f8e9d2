"""The tables are what the models say, in every room."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_room_forgot_a_migration() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said, verbosity=1)
    except SystemExit:
        pytest.fail(f"a model changed without a migration:\n{said.getvalue()}")
