import django.db.models.deletion
from django.db import migrations, models

import yiyang.access.sealed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_api_calls"),
        ("entitlement", "0002_locks"),
        ("registry", "0008_areas"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="受理编号")),
                ("item", models.SlugField(max_length=60, verbose_name="项目")),
                ("list_area", models.CharField(max_length=12, verbose_name="清单区划")),
                ("process", models.SlugField(max_length=20, verbose_name="流程")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("run", "主动发现"),
                            ("portal", "网上申请"),
                            ("counter", "窗口受理"),
                            ("phone", "电话受理"),
                            ("api", "部门接口"),
                        ],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("area_code", models.BigIntegerField(default=-1, verbose_name="办理区划")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "已发现"),
                            ("told", "已告知"),
                            ("agreed", "已同意"),
                            ("applied", "已申请"),
                            ("supplementing", "待补正"),
                            ("checked", "已审核"),
                            ("granted", "已批准"),
                            ("in_effect", "享受中"),
                            ("suspended", "已暂停"),
                            ("declined", "本人放弃"),
                            ("refused", "不予批准"),
                            ("withdrawn", "已撤回"),
                            ("void", "已失效"),
                            ("ended", "已终止"),
                        ],
                        default="found",
                        max_length=14,
                        verbose_name="状态",
                    ),
                ),
                ("state_since", models.DateTimeField(verbose_name="进入状态时间")),
                ("due", models.DateField(null=True, verbose_name="办理期限")),
                ("escalated", models.SmallIntegerField(default=0, verbose_name="升级层级")),
                ("fen", models.BigIntegerField(default=0, verbose_name="标准（分）")),
                ("fen_proposed", models.BigIntegerField(null=True, verbose_name="拟调整标准（分）")),
                ("proposed_from", models.DateField(null=True, verbose_name="拟生效日")),
                ("every", models.CharField(max_length=8, verbose_name="周期")),
                ("effective_from", models.DateField(null=True, verbose_name="享受起始日")),
                ("ended_on", models.DateField(null=True, verbose_name="终止日")),
                ("proposal", models.CharField(blank=True, max_length=8, verbose_name="拟办事项")),
                ("cause", models.CharField(blank=True, max_length=40, verbose_name="原因")),
                ("key", models.CharField(blank=True, max_length=80, verbose_name="申请标识")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="更新时间")),
                (
                    "ground",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entitlement.ground",
                        verbose_name="理由",
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
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entitlement.monthrun",
                        verbose_name="运行",
                    ),
                ),
            ],
            options={
                "verbose_name": "个案",
                "verbose_name_plural": "个案",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="决定编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("grant", "批准"),
                            ("refuse", "不予批准"),
                            ("change", "调整"),
                            ("suspend", "暂停"),
                            ("resume", "恢复"),
                            ("end", "终止"),
                            ("takeover", "承接在享"),
                        ],
                        max_length=8,
                        verbose_name="决定",
                    ),
                ),
                ("fen", models.BigIntegerField(default=0, verbose_name="标准（分）")),
                ("every", models.CharField(max_length=8, verbose_name="周期")),
                ("holds_from", models.DateField(verbose_name="起始日")),
                ("lines", models.JSONField(default=list, verbose_name="理由")),
                ("articles", models.JSONField(default=list, verbose_name="依据")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="说明")),
                ("decided_by", models.BigIntegerField(null=True, verbose_name="决定人编号")),
                ("decided_by_name", models.CharField(max_length=150, verbose_name="决定人")),
                ("decided_at", models.DateTimeField(verbose_name="决定时间")),
                ("appeal_until", models.DateField(verbose_name="异议期限")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="cases.case",
                        verbose_name="个案",
                    ),
                ),
                (
                    "ground",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entitlement.ground",
                        verbose_name="理由",
                    ),
                ),
            ],
            options={
                "verbose_name": "决定",
                "verbose_name_plural": "决定",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("run", "主动发现"),
                            ("portal", "网上申请"),
                            ("counter", "窗口受理"),
                            ("phone", "电话受理"),
                            ("api", "部门接口"),
                        ],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("reason", models.CharField(max_length=1000, verbose_name="异议理由")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待复核"), ("upheld", "维持"), ("changed", "改正"), ("withdrawn", "已撤回")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("raised_by_name", models.CharField(max_length=150, verbose_name="提出人")),
                ("raised_at", models.DateTimeField(auto_now_add=True, verbose_name="提出时间")),
                ("due", models.DateField(verbose_name="复核期限")),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="复核意见")),
                ("decided_by", models.BigIntegerField(null=True, verbose_name="复核人编号")),
                ("decided_by_name", models.CharField(blank=True, max_length=150, verbose_name="复核人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="复核时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="cases.case",
                        verbose_name="个案",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="cases.decision",
                        verbose_name="决定",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "verbose_name_plural": "异议",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="种类")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="papers",
                        to="cases.case",
                        verbose_name="个案",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.document",
                        verbose_name="材料",
                    ),
                ),
            ],
            options={
                "verbose_name": "个案材料",
                "verbose_name_plural": "个案材料",
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stars", models.SmallIntegerField(verbose_name="评分")),
                ("words", models.CharField(blank=True, max_length=400, verbose_name="评价")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("run", "主动发现"),
                            ("portal", "网上申请"),
                            ("counter", "窗口受理"),
                            ("phone", "电话受理"),
                            ("api", "部门接口"),
                        ],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("at", models.DateTimeField(auto_now=True, verbose_name="时间")),
                ("answer", models.CharField(blank=True, max_length=400, verbose_name="回复")),
                ("answered_by_name", models.CharField(blank=True, max_length=150, verbose_name="回复人")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="回复时间")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rating",
                        to="cases.case",
                        verbose_name="个案",
                    ),
                ),
            ],
            options={
                "verbose_name": "好差评",
                "verbose_name_plural": "好差评",
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=30, verbose_name="步骤")),
                ("from_state", models.CharField(blank=True, max_length=14, verbose_name="原状态")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("found", "已发现"),
                            ("told", "已告知"),
                            ("agreed", "已同意"),
                            ("applied", "已申请"),
                            ("supplementing", "待补正"),
                            ("checked", "已审核"),
                            ("granted", "已批准"),
                            ("in_effect", "享受中"),
                            ("suspended", "已暂停"),
                            ("declined", "本人放弃"),
                            ("refused", "不予批准"),
                            ("withdrawn", "已撤回"),
                            ("void", "已失效"),
                            ("ended", "已终止"),
                        ],
                        max_length=14,
                        verbose_name="新状态",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("by", models.BigIntegerField(null=True, verbose_name="办理人编号")),
                ("by_name", models.CharField(max_length=150, verbose_name="办理人")),
                ("right", models.CharField(blank=True, max_length=40, verbose_name="权限")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="理由")),
                ("detail", models.JSONField(default=dict, verbose_name="内容")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="cases.case",
                        verbose_name="个案",
                    ),
                ),
            ],
            options={
                "verbose_name": "办理记录",
                "verbose_name_plural": "办理记录",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("process", models.SlugField(max_length=20, verbose_name="流程")),
                ("slug", models.SlugField(max_length=30, verbose_name="步骤")),
                ("from_state", models.CharField(blank=True, max_length=14, verbose_name="原状态")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("found", "已发现"),
                            ("told", "已告知"),
                            ("agreed", "已同意"),
                            ("applied", "已申请"),
                            ("supplementing", "待补正"),
                            ("checked", "已审核"),
                            ("granted", "已批准"),
                            ("in_effect", "享受中"),
                            ("suspended", "已暂停"),
                            ("declined", "本人放弃"),
                            ("refused", "不予批准"),
                            ("withdrawn", "已撤回"),
                            ("void", "已失效"),
                            ("ended", "已终止"),
                        ],
                        max_length=14,
                        verbose_name="新状态",
                    ),
                ),
                ("zh", models.CharField(max_length=60, verbose_name="名称")),
                ("right", models.CharField(blank=True, max_length=40, verbose_name="权限")),
                ("by_citizen", models.BooleanField(default=False, verbose_name="本人可办")),
                ("needs_reason", models.BooleanField(default=False, verbose_name="须写明理由")),
                ("decides", models.CharField(blank=True, max_length=8, verbose_name="作出的决定")),
                ("days", models.SmallIntegerField(null=True, verbose_name="下一步时限（天）")),
            ],
            options={
                "verbose_name": "流程步骤",
                "verbose_name_plural": "流程步骤",
                "constraints": [
                    models.UniqueConstraint(fields=("process", "slug", "from_state"), name="cases_transition_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.BigIntegerField(verbose_name="区划")),
                ("url", models.URLField(max_length=300, verbose_name="地址")),
                ("secret", yiyang.access.sealed.SealedTextField(verbose_name="签名密钥")),
                ("items", models.JSONField(default=list, verbose_name="项目")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("sent_at", models.DateTimeField(verbose_name="已送达时间")),
                ("sent_id", models.BigIntegerField(default=0, verbose_name="已送达序号")),
                ("failures", models.SmallIntegerField(default=0, verbose_name="连续失败次数")),
                ("next_at", models.DateTimeField(auto_now_add=True, verbose_name="下次发送")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to="accounts.apitoken",
                        verbose_name="接口令牌",
                    ),
                ),
            ],
            options={
                "verbose_name": "事件订阅",
                "verbose_name_plural": "事件订阅",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WebhookCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("events", models.IntegerField(verbose_name="事件数")),
                ("first", models.BigIntegerField(verbose_name="首个序号")),
                ("last", models.BigIntegerField(verbose_name="末个序号")),
                ("status", models.SmallIntegerField(null=True, verbose_name="应答状态")),
                ("problem", models.CharField(blank=True, max_length=200, verbose_name="问题")),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="cases.webhook",
                        verbose_name="事件订阅",
                    ),
                ),
            ],
            options={
                "verbose_name": "事件发送",
                "verbose_name_plural": "事件发送",
                "ordering": ("-id",),
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["person", "item"], name="cases_case_person"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["state", "area_code", "due", "id"], name="cases_case_work"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["area_code", "state", "item"], name="cases_case_funnel"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("due__isnull", False)), fields=["due", "area_code"], name="cases_case_due"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("proposal", ""), _negated=True),
                fields=["proposal", "area_code"],
                name="cases_case_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["declined", "refused", "withdrawn", "void", "ended"]), _negated=True),
                fields=("person", "item"),
                name="cases_case_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("person", "key"), name="cases_case_key_once"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["case", "id"], name="cases_decision_case"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("decision",), name="cases_appeal_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=models.Q(("stars__gte", 1), ("stars__lte", 5)), name="cases_rating_one_to_five"
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["case", "id"], name="cases_step_case"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["at", "id"], name="cases_step_at"),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("token", "url"), name="cases_webhook_once"),
        ),
    ]
