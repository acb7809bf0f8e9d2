"""What opens an assessment by itself, what was known at the result, and late steps that rise; each rise is noted."""

from pathlib import Path

from django.db import migrations, models

LATE = (Path(__file__).parent.parent / "sql" / "late.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("assessment", "0003_steps"),
        ("registry", "0010_stated"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="cause",
            field=models.CharField(blank=True, max_length=200, verbose_name="触发原因"),
        ),
        migrations.AddField(
            model_name="request",
            name="escalated",
            field=models.SmallIntegerField(default=0, verbose_name="督办层级"),
        ),
        migrations.AddField(
            model_name="result",
            name="known",
            field=models.JSONField(default=dict, verbose_name="评估时的档案情况"),
        ),
        migrations.AlterField(
            model_name="request",
            name="channel",
            field=models.CharField(
                choices=[
                    ("self", "本人或家属"),
                    ("township", "乡镇（街道）"),
                    ("unknown", "待了解清单"),
                    ("hospital", "医疗机构"),
                    ("home", "养老机构"),
                    ("due", "到期复评"),
                    ("sample", "随机抽查"),
                    ("hint", "情况变化"),
                ],
                max_length=10,
                verbose_name="来源",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cause", ""), _negated=True),
                fields=("person", "instrument", "cause"),
                name="assessment_request_one_a_cause",
            ),
        ),
        migrations.RunSQL(LATE, migrations.RunSQL.noop),
    ]
