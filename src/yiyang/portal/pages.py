"""Public pages that belong to no single subject: the first one, and what is done so that everybody can use them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from yiyang.access.web import PUBLIC, page


@dataclass(frozen=True)
class Way:
    """A large thing to do on the first page."""

    title: str
    says: str
    url: str
    icon: str


# In the order in which they stand. Institutions and services take their place here with their rooms.
WAYS = (
    Way("我能享受什么", "不用登录，回答几个问题就知道。也可以替父母问。", "portal:entitlements", "search"),
    Way("服务清单", "看看各县（市、区）有哪些服务、谁能享受、给多少。", "portal:lists", "file"),
    Way("要不要申请能力评估", "八个问题，先自己看看。不用登录，不记录回答。", "portal:self_check", "check"),
    Way("我的办理", "登录后申请、看进度、收通知，也可以替家人办。", "portal:mine", "person"),
    Way("统计数据", "各地有多少老年人、年龄和能力怎样，可下载。", "portal:statistics", "figures"),
    Way("打电话、找窗口", "不会用手机也能办，和网上办一样。", "portal:help", "phone"),
)


@page(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """Four or five large things to do."""
    ways = [(way, address) for way in WAYS if (address := _address(way.url))]
    return render(request, "portal/home.html", {"ways": ways})


@page(PUBLIC)
def accessibility(request: HttpRequest) -> HttpResponse:
    """What is done so that an eighty-year-old can use these pages; each line has a test."""
    return render(request, "portal/accessibility.html", {"back": ("首页", reverse("portal:home"))})


@page(PUBLIC)
def help_page(request: HttpRequest) -> HttpResponse:
    """By telephone and at the counter: the same record, without a screen."""
    return render(request, "portal/help.html", {"back": ("首页", reverse("portal:home"))})


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        # Another part's page, not installed.
        return ""
