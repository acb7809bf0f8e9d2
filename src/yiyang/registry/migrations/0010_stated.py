"""What assessments and visits state of one person: kept beside the rows that follow of it."""

import django.db.models.deletion
from django.db import migrations, models

from yiyang.access.rls import by_person
from yiyang.audit.triggers import Track


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0009_document_scanned"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stated",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("register", models.SlugField(max_length=60, verbose_name="登记册")),
                ("facts", models.JSONField(default=dict, verbose_name="事实")),
                ("valid_from", models.DateField(verbose_name="起始日期")),
                ("valid_to", models.DateField(null=True, verbose_name="截止日期")),
                ("stated_at", models.DateTimeField(auto_now_add=True, verbose_name="入库时间")),
                ("taken_back_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("taken_back_by_name", models.CharField(blank=True, max_length=150, verbose_name="撤回人")),
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.delivery",
                        verbose_name="入库批次",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stated",
                        to="registry.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "平台了解的事实",
                "verbose_name_plural": "平台了解的事实",
                "ordering": ("id",),
            },
        ),
        by_person("registry_stated"),
        Track("registry_stated"),
    ]
