"""Agencies, assessors, requests, forms, results, objections, uses, draws."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import yiyang.access.sealed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0010_stated"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("credit_code", models.CharField(max_length=18, unique=True, verbose_name="统一社会信用代码")),
                ("area_code", models.BigIntegerField(verbose_name="服务区划")),
                ("seat_code", models.BigIntegerField(default=-1, verbose_name="所在区划")),
                ("licence", models.CharField(blank=True, max_length=60, verbose_name="资质证明编号")),
                ("valid_from", models.DateField(verbose_name="资质起始日")),
                ("valid_to", models.DateField(verbose_name="资质截止日")),
                ("a_month", models.IntegerField(verbose_name="每月可评估人次")),
                ("sells_care", models.BooleanField(default=False, verbose_name="同时提供照护服务")),
                ("related_codes", models.JSONField(default=list, verbose_name="关联服务机构")),
                ("phone", yiyang.access.sealed.SealedTextField(blank=True, null=True, verbose_name="联系电话")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "verbose_name": "评估机构",
                "verbose_name_plural": "评估机构",
                "ordering": ("name",),
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Assessor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "training",
                    models.CharField(
                        choices=[
                            ("medical", "医疗"),
                            ("nursing", "护理"),
                            ("rehabilitation", "康复"),
                            ("social_work", "社会工作"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                        verbose_name="专业背景",
                    ),
                ),
                ("certificate", models.CharField(max_length=60, verbose_name="培训合格证编号")),
                ("valid_from", models.DateField(verbose_name="资格起始日")),
                ("valid_to", models.DateField(verbose_name="资格截止日")),
                ("a_week", models.SmallIntegerField(default=20, verbose_name="每周可评估人次")),
                ("kin", models.JSONField(default=list, verbose_name="须回避的人员")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessors",
                        to="assessment.agency",
                        verbose_name="评估机构",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessor",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账户",
                    ),
                ),
            ],
            options={
                "verbose_name": "评估人员",
                "verbose_name_plural": "评估人员",
                "ordering": ("agency", "id"),
            },
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.BigIntegerField(verbose_name="区划")),
                ("month", models.CharField(max_length=7, verbose_name="月份")),
                ("seed", models.CharField(max_length=64, verbose_name="种子")),
                ("seed_from", models.CharField(max_length=200, verbose_name="种子来源")),
                ("pool_hash", models.CharField(max_length=64, verbose_name="名录指纹")),
                ("pool", models.JSONField(verbose_name="名录")),
                ("excluded", models.JSONField(default=dict, verbose_name="事先排除")),
                ("share", models.DecimalField(decimal_places=4, max_digits=5, verbose_name="比例")),
                ("drawn", models.JSONField(verbose_name="抽中")),
                ("drawn_by_name", models.CharField(max_length=150, verbose_name="抽取人")),
                ("drawn_at", models.DateTimeField(auto_now_add=True, verbose_name="抽取时间")),
            ],
            options={
                "verbose_name": "随机抽查",
                "verbose_name_plural": "随机抽查",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("area_code", "month"), name="assessment_draw_once")],
            },
        ),
        migrations.CreateModel(
            name="Form",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=20, verbose_name="标准版本")),
                ("answers", yiyang.access.sealed.SealedTextField(verbose_name="评估内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="指纹")),
                ("entry", models.UUIDField(null=True, unique=True, verbose_name="外出记录")),
                ("began_at", models.DateTimeField(verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(verbose_name="完成时间")),
                ("received_at", models.DateTimeField(auto_now_add=True, verbose_name="收到时间")),
                ("is_current", models.BooleanField(default=True, verbose_name="有效")),
                (
                    "filled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessor",
                        verbose_name="填写人",
                    ),
                ),
            ],
            options={
                "verbose_name": "评估表",
                "verbose_name_plural": "评估表",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("passed", models.BooleanField(verbose_name="通过")),
                ("findings", models.JSONField(default=list, verbose_name="发现")),
                ("words", models.CharField(blank=True, max_length=400, verbose_name="意见")),
                ("by", models.BigIntegerField(verbose_name="质控人编号")),
                ("by_name", models.CharField(max_length=150, verbose_name="质控人")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="assessment.form",
                        verbose_name="评估表",
                    ),
                ),
            ],
            options={
                "verbose_name": "质量控制",
                "verbose_name_plural": "质量控制",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="申请编号")),
                ("area_code", models.BigIntegerField(default=-1, verbose_name="居住地")),
                ("instrument", models.SlugField(max_length=40, verbose_name="评估标准")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first", "首次评估"),
                            ("routine", "常规评估"),
                            ("immediate", "即时评估"),
                            ("dispute", "复评"),
                            ("sample", "抽查复评"),
                        ],
                        max_length=10,
                        verbose_name="评估类型",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("self", "本人或家属"),
                            ("township", "乡镇（街道）"),
                            ("unknown", "待了解清单"),
                            ("hospital", "医疗机构"),
                            ("home", "养老机构"),
                            ("due", "到期复评"),
                            ("sample", "随机抽查"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("purposes", models.JSONField(default=list, verbose_name="用途")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="说明")),
                ("provider_code", models.CharField(blank=True, max_length=18, verbose_name="提出的服务机构")),
                ("again_because", models.CharField(blank=True, max_length=400, verbose_name="重复评估理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待安排"),
                            ("planned", "已安排"),
                            ("filled", "待签字"),
                            ("signed", "待质控"),
                            ("returned", "退回重填"),
                            ("issued", "已出结果"),
                            ("refused", "不予受理"),
                            ("cancelled", "已取消"),
                        ],
                        default="requested",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("state_since", models.DateTimeField(auto_now_add=True, verbose_name="进入状态时间")),
                ("due", models.DateField(null=True, verbose_name="办理期限")),
                ("with_check", models.BooleanField(default=False, verbose_name="与健康体检同日")),
                ("appointed", models.DateTimeField(null=True, verbose_name="约定时间")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="评估地点")),
                ("asked_by", models.BigIntegerField(null=True, verbose_name="提出人编号")),
                ("asked_by_name", models.CharField(max_length=150, verbose_name="提出人")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="提出时间")),
                (
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.agency",
                        verbose_name="评估机构",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessor",
                        verbose_name="主评估员",
                    ),
                ),
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
                (
                    "second",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessor",
                        verbose_name="第二评估员",
                    ),
                ),
            ],
            options={
                "verbose_name": "评估申请",
                "verbose_name_plural": "评估申请",
                "ordering": ("-id",),
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="form",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="forms",
                to="assessment.request",
                verbose_name="评估申请",
            ),
        ),
        migrations.CreateModel(
            name="RequestStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", models.CharField(blank=True, max_length=10, verbose_name="原状态")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("requested", "待安排"),
                            ("planned", "已安排"),
                            ("filled", "待签字"),
                            ("signed", "待质控"),
                            ("returned", "退回重填"),
                            ("issued", "已出结果"),
                            ("refused", "不予受理"),
                            ("cancelled", "已取消"),
                        ],
                        max_length=10,
                        verbose_name="新状态",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("by", models.BigIntegerField(null=True, verbose_name="办理人编号")),
                ("by_name", models.CharField(max_length=150, verbose_name="办理人")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="理由")),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="assessment.request",
                        verbose_name="评估申请",
                    ),
                ),
            ],
            options={
                "verbose_name": "评估办理记录",
                "verbose_name_plural": "评估办理记录",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="证书编号")),
                ("token", models.CharField(max_length=32, unique=True, verbose_name="查验码")),
                ("area_code", models.BigIntegerField(default=-1, verbose_name="居住地")),
                ("instrument", models.SlugField(max_length=40, verbose_name="评估标准")),
                ("version", models.CharField(max_length=20, verbose_name="标准版本")),
                ("level", models.SmallIntegerField(verbose_name="等级")),
                ("level_by_points", models.SmallIntegerField(verbose_name="按分值的等级")),
                ("points", models.IntegerField(null=True, verbose_name="总分")),
                ("parts", models.JSONField(default=dict, verbose_name="分项")),
                ("rules", models.JSONField(default=list, verbose_name="等级变更依据")),
                ("assessed_on", models.DateField(verbose_name="评估日期")),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_to", models.DateField(verbose_name="有效期至")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("valid", "有效"),
                            ("contested", "有异议"),
                            ("replaced", "已被替代"),
                            ("withdrawn", "已撤销"),
                        ],
                        default="valid",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("effect", models.JSONField(default=list, verbose_name="带来的变化")),
                ("delivery", models.BigIntegerField(null=True, verbose_name="入库批次")),
                ("issued_by_name", models.CharField(max_length=150, verbose_name="签发人")),
                ("issued_at", models.DateTimeField(auto_now_add=True, verbose_name="签发时间")),
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
                (
                    "replaced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.result",
                        verbose_name="替代为",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="result",
                        to="assessment.request",
                        verbose_name="评估申请",
                    ),
                ),
            ],
            options={
                "verbose_name": "评估结果",
                "verbose_name_plural": "评估结果",
                "ordering": ("-id",),
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="request",
            name="contested",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="assessment.result",
                verbose_name="有异议的结果",
            ),
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=1000, verbose_name="理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待处理"),
                            ("again", "复评中"),
                            ("upheld", "维持"),
                            ("changed", "改正"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("raised_by_name", models.CharField(max_length=150, verbose_name="提出人")),
                ("raised_at", models.DateTimeField(auto_now_add=True, verbose_name="提出时间")),
                ("due", models.DateField(verbose_name="处理期限")),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="答复")),
                ("answered_by_name", models.CharField(blank=True, max_length=150, verbose_name="答复人")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.request",
                        verbose_name="复评申请",
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="assessment.result",
                        verbose_name="评估结果",
                    ),
                ),
            ],
            options={
                "verbose_name": "评估异议",
                "verbose_name_plural": "评估异议",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, verbose_name="指纹")),
                ("signed_at", models.DateTimeField(verbose_name="签字时间")),
                (
                    "assessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessment.assessor",
                        verbose_name="评估人员",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="assessment.form",
                        verbose_name="评估表",
                    ),
                ),
            ],
            options={
                "verbose_name": "签字",
                "verbose_name_plural": "签字",
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.SlugField(max_length=40, verbose_name="用途")),
                ("department", models.CharField(max_length=60, verbose_name="采用部门")),
                ("about", models.CharField(blank=True, max_length=60, verbose_name="事项")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("by_name", models.CharField(max_length=150, verbose_name="经办人")),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="assessment.result",
                        verbose_name="评估结果",
                    ),
                ),
            ],
            options={
                "verbose_name": "结果采用",
                "verbose_name_plural": "结果采用",
                "ordering": ("-id",),
            },
        ),
        migrations.AddConstraint(
            model_name="form",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)), fields=("request",), name="assessment_form_current"
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["person", "instrument", "state"], name="assessment_result_person"),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["state", "area_code", "valid_to"], name="assessment_result_due"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["valid", "contested"])),
                fields=("person", "instrument"),
                name="assessment_result_one_valid",
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["state", "area_code", "due", "id"], name="assessment_request_work"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["person", "instrument"], name="assessment_request_person"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["issued", "refused", "cancelled"]), _negated=True),
                    models.Q(("kind", "sample"), _negated=True),
                ),
                fields=("person", "instrument"),
                name="assessment_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "again"])),
                fields=("result",),
                name="assessment_objection_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("form", "assessor"), name="assessment_signature_once"),
        ),
    ]
