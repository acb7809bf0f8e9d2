"""Indexes for search by age and for facts in dispute; exports expire."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0004_linking"),
    ]

    operations = [
        migrations.AlterField(
            model_name="export",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "等待"),
                    ("running", "生成中"),
                    ("ready", "可下载"),
                    ("failed", "失败"),
                    ("expired", "已过期"),
                ],
                default="waiting",
                max_length=8,
                verbose_name="状态",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["birth_date", "id"], name="registry_person_birth"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("contested", []), _negated=True),
                fields=["area_code", "id"],
                name="registry_person_contested",
            ),
        ),
    ]
