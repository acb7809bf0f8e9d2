"""One page that shows every component in all its states."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from yiyang.accounts.web import LOGGED_IN, page
from yiyang.areas.models import Area
from yiyang.kit.listing import Bulk, Column, Filter, Table
from yiyang.kit.parts import Change, Definition, Empty, Event, Figure, Progress, Tab
from yiyang.workbench import samples

STATES = (
    ("accepted", "已入库"),
    ("failed", "不能使用"),
    ("checked", "待确认"),
    ("running", "进行中"),
    ("revoked", "已收回"),
    ("unknown", "不详"),
    ("found", "新发现"),
    ("other", "其他"),
)


class Areas(Table):
    """The table component, on open data."""

    name = "styleguide"
    title = "区划"
    columns = (
        Column("name", "名称", is_link=True),
        Column("code", "区划代码", kind="code", sort="code"),
        Column("level", "级别"),
        Column("valid_from", "设立日期", kind="day"),
        Column("pk", "编号", kind="number"),
        Column("kind", "类型", is_hidden=True),
    )
    filters = (
        Filter("name", "名称", lookup="name__contains", hint="例如 竹"),
        Filter("level", "级别", choices=(("county", "县级"), ("town", "乡级"), ("village", "村级"))),
        Filter("since", "设立不早于", lookup="valid_from__gte", kind="date"),
    )
    order = "code"
    size = 8
    beside = True
    empty = Empty("还没有区划", "安装时由“yiyang areas load”载入；载入后这里列出全部乡镇、村（社区）。")

    def row_url(self, row: Any) -> str:
        return f"{reverse('workbench:styleguide')}?side={row.pk}"


RELATIONS = (("", "请选择"), ("family", "亲属"), ("neighbour", "邻居"))
LIVING = (("alone", "独居"), ("with", "与家人同住"))
SERVICES = (("meal", "助餐"), ("bath", "助浴"))


class Sample(forms.Form):
    """A form with one of every field."""

    name = forms.CharField(label="姓名", help_text="与身份证一致。", max_length=20)
    birth = forms.DateField(label="出生日期", widget=forms.DateInput({"type": "date"}))
    kind = forms.ChoiceField(label="关系", choices=RELATIONS)
    how = forms.ChoiceField(
        label="居住方式", choices=(("alone", "独居"), ("with", "与家人同住")), widget=forms.RadioSelect
    )
    agree = forms.MultipleChoiceField(
        label="需要的服务",
        choices=(("meal", "助餐"), ("bath", "助浴")),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label="备注", widget=forms.Textarea({"rows": 2}), required=False, help_text="不要写证件号码。"
    )


class Upload(forms.Form):
    """A file field."""

    file = forms.FileField(label="交付文件", help_text="CSV、XLSX 或 Parquet，每个登记册一个文件。")


@page(LOGGED_IN)
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page; of one row, its part beside the list."""
    if request.GET.get("side", "").isdecimal():
        return _side(request, int(request.GET["side"][:9]))
    table = Areas(request, Area.objects.exclude(code=None).exclude(code=-1))
    table.bulk = (Bulk("标为已核对", "#table"), Bulk("删除", "#table", is_danger=True))
    table.export_url = "#table"
    return render(request, "workbench/styleguide.html", {"table": table, **_parts(), **_forms(), **samples.drawn()})


def _side(request: HttpRequest, key: int) -> HttpResponse:
    area = get_object_or_404(Area.objects.exclude(code=None), pk=key)
    lines = [Definition("区划代码", area.code, kind="code"), Definition("设立日期", area.valid_from, kind="day")]
    return render(request, "workbench/styleguide_side.html", {"title": area.name, "lines": lines})


@page(LOGGED_IN)
def progress(request: HttpRequest) -> HttpResponse:
    """The next step of the sample's bar."""
    step = min(int(request.GET.get("step", "0")[:2] or 0) if request.GET.get("step", "0").isdigit() else 0, 5)
    return render(request, "site/parts/progress.html", {"job": job(step)})


def job(step: int) -> Progress:
    """A long job of five steps."""
    url = f"{reverse('workbench:styleguide_progress')}?step={step + 1}"
    done = step >= 5
    words = ("succeeded", "完成") if done else ("running", "进行中")
    text = "191,020 行已入库" if done else "正在逐行检查"
    return Progress("sample-job", url, step, 5, text, *words, is_done=done, next_url="#progress" if done else "")


def _forms() -> dict[str, Any]:
    wrong = Sample({"name": "", "birth": "2026-13-40", "kind": "family"})
    wrong.is_valid()
    return {"form": Sample(prefix="new"), "wrong": wrong, "upload": Upload()}


def _parts() -> dict[str, Any]:
    return {
        "states": STATES,
        "crumbs": [("组件", "")],
        "figures": [
            Figure("老年人", 1203847, "人", "2026年11月，60 周岁以上"),
            Figure("待确认的交付", 3, "份", url="#table"),
            Figure("本月发放", "¥1,234.50", note="高龄津贴"),
            Figure("核对率", "98.2%"),
        ],
        "tabs": [
            Tab("基本情况", "#tabs", is_current=True),
            Tab("事实", "#tabs", count=12),
            Tab("联系人", "#tabs", count=12034),
        ],
        "events": [
            Event(
                date(2026, 11, 1),
                "能力等级：中度失能",
                "此前为轻度失能",
                "老年人能力评估机构，2026-11 交付",
                is_current=True,
            ),
            Event(
                date(2026, 3, 1),
                "能力等级：轻度失能",
                source="老年人能力评估机构，2026-03 交付",
                until=date(2026, 10, 31),
            ),
            Event(date(2025, 9, 1), "评估逾期未做", tone="wait"),
            Event(date(2024, 9, 1), "登记册说已去世，后更正", tone="bad", source="公安部门，2024-09 交付"),
        ],
        "lines": [
            Definition("姓名", "爱华", "公安部门户籍登记册，2026-11"),
            Definition("出生日期", 19440315, kind="day"),
            Definition("居住地", 511724001000, kind="area"),
            Definition("高龄津贴", 12000, "每月，自 2024-04 起", kind="money"),
            Definition("电话", None),
        ],
        "changes": [
            Change("居住状况", "与家人同住", "独居"),
            Change("姓名", "爱华", "爱华"),
            Change("电话", None, "138****5678"),
        ],
        "job": job(2),
        "finished": Progress(
            "done-job", "", 5, 5, "12 行待核，其余已入库", "succeeded", "完成", is_done=True, next_url="#progress"
        ),
        "nothing": Empty("还没有交付", "部门交付登记册后，这里列出每一份文件和检查结果。", "#empty", "交付登记册"),
    }
