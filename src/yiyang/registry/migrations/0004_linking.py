"""What linkage needs: one question about a pair, rows that came in through a decision, telephones as registers state them."""

import django.db.models.deletion
from django.db import migrations, models

import yiyang.access.sealed
from yiyang.access.rls import Protect, by_person
from yiyang.audit.triggers import Track

OF_DELIVERY = "EXISTS (SELECT 1 FROM registry_delivery AS d WHERE d.id = registry_linkedrow.delivery_id)"


def of_delivery() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.delivery", verbose_name="数据交付"
    )


class Migration(migrations.Migration):
    dependencies = (("registry", "0002_locks"),)
    operations = (
        migrations.CreateModel(
            name="LinkedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delivery", of_delivery()),
                ("register", models.SlugField(max_length=60, verbose_name="登记册")),
                ("row_key", models.BigIntegerField(verbose_name="无证件号的行")),
                ("source_row", models.IntegerField(verbose_name="行号")),
            ],
            options={"verbose_name": "关联入库的行", "verbose_name_plural": "关联入库的行"},
        ),
        migrations.CreateModel(
            name="StatedContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delivery", of_delivery()),
                ("register", models.SlugField(max_length=60, verbose_name="登记册")),
                ("person", models.BigIntegerField(verbose_name="人员")),
                ("fingerprint", models.BigIntegerField(verbose_name="内容指纹")),
                (
                    "phone",
                    yiyang.access.sealed.SealedTextField(
                        label="registry_person.phone", null=True, verbose_name="联系电话"
                    ),
                ),
                (
                    "address",
                    yiyang.access.sealed.SealedTextField(
                        label="registry_person.address", null=True, verbose_name="住址"
                    ),
                ),
            ],
            options={"verbose_name": "登记册中的联系方式", "verbose_name_plural": "登记册中的联系方式"},
        ),
        migrations.AddField(
            model_name="possibledouble",
            name="is_moot",
            field=models.BooleanField(db_default=False, default=False, verbose_name="已无须判定"),
        ),
        migrations.AddConstraint(
            model_name="possibledouble",
            constraint=models.UniqueConstraint(
                condition=models.Q(("row_key__isnull", False)),
                fields=("register", "row_key", "person"),
                name="registry_double_row",
            ),
        ),
        migrations.AddConstraint(
            model_name="possibledouble",
            constraint=models.UniqueConstraint(
                condition=models.Q(("row_key__isnull", True)), fields=("person", "other"), name="registry_double_pair"
            ),
        ),
        migrations.AddIndex(
            model_name="linkedrow", index=models.Index(fields=["register", "row_key"], name="registry_linkedrow_key")
        ),
        migrations.AddIndex(
            model_name="statedcontact",
            index=models.Index(fields=["person", "register"], name="registry_statedcontact_person"),
        ),
        Protect("registry_linkedrow", OF_DELIVERY),
        by_person("registry_statedcontact", "person"),
        Track("registry_linkedrow", inserts="count"),
        Track("registry_statedcontact", inserts="count", updates="count"),
    )
