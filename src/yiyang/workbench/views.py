"""Home: what needs me today?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yiyang.accounts.web import LOGGED_IN, page


@page(LOGGED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The first page of every role."""
    return render(request, "workbench/home.html")
