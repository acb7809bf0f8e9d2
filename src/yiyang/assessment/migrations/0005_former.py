"""Results of former standards, with their second lock; kept as they were given: added to, never changed."""

import django.db.models.deletion
from django.db import migrations, models

from yiyang.access.rls import FollowArea, by_area
from yiyang.audit.triggers import Track

TABLE = "assessment_formerresult"
# Where an area is split or renamed the row goes along.
KEPT = f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM yiyang_app; GRANT UPDATE (area_code) ON {TABLE} TO yiyang_app;"


class Migration(migrations.Migration):
    dependencies = [
        ("assessment", "0004_hints"),
        ("registry", "0010_stated"),
        ("areas", "0003_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.BigIntegerField(default=-1, verbose_name="居住地")),
                ("instrument", models.SlugField(max_length=40, verbose_name="评估标准")),
                ("version", models.CharField(max_length=20, verbose_name="标准版本")),
                ("level", models.SmallIntegerField(verbose_name="旧等级")),
                ("assessed_on", models.DateField(verbose_name="评估日期")),
                ("agency", models.CharField(blank=True, max_length=100, verbose_name="评估机构")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="原编号")),
                ("kept_by_name", models.CharField(max_length=150, verbose_name="登记人")),
                ("kept_at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.person",
                        verbose_name="老年人",
                    ),
                ),
            ],
            options={
                "verbose_name": "旧标准评估结果",
                "verbose_name_plural": "旧标准评估结果",
                "ordering": ("-assessed_on", "-id"),
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["area_code", "id"], name="assessment_former_area")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "instrument", "assessed_on"), name="assessment_former_once"
                    )
                ],
            },
        ),
        FollowArea(TABLE, "area_code"),
        by_area(TABLE, person="person_id"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        Track(TABLE, area="area_code", inserts="count"),
    ]
