"""Writes to accounts, grants and tokens are noted."""

from django.db import migrations

from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = (("accounts", "0001_initial"), ("audit", "0002_chain"))
    operations = (
        Track("accounts_user"),
        Track("accounts_grant"),
        Track("accounts_apitoken"),
    )
