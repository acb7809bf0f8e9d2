"""Rows whose key was made on a phone move with their area, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("areas", "0003_history"),)
    operations = (
        migrations.AlterField(
            model_name="movedrow", name="key", field=models.CharField(max_length=36, verbose_name="主键")
        ),
    )
