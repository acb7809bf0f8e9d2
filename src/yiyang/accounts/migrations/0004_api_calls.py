"""How often each caller of the API called in its last minute. Unlogged: after a crash everybody begins anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("accounts", "0003_limits"),)
    operations = (
        migrations.CreateModel(
            name="ApiCalls",
            fields=[
                ("caller", models.CharField(max_length=300, primary_key=True, serialize=False, verbose_name="调用者")),
                ("minute", models.BigIntegerField(verbose_name="分钟")),
                ("calls", models.IntegerField(verbose_name="次数")),
            ],
            options={"verbose_name": "接口调用次数", "verbose_name_plural": "接口调用次数"},
        ),
        migrations.RunSQL("ALTER TABLE accounts_apicalls SET UNLOGGED", "ALTER TABLE accounts_apicalls SET LOGGED"),
    )
