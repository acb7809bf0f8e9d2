"""What is read by area is found by area."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("registry", "0007_own_file"),)
    operations = (
        migrations.AddIndex(
            "groupfigure", models.Index(fields=["area_code", "group"], name="registry_groupfigure_area")
        ),
        migrations.AddIndex("possibledouble", models.Index(fields=["area_code"], name="registry_double_area")),
        migrations.AddIndex(
            "possibledouble", models.Index(fields=["other_area_code"], name="registry_double_other_area")
        ),
    )
