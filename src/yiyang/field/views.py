"""The phone's app and what it asks the platform: who am I, take along, bring home, the key again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yiyang.access.scope import current
from yiyang.access.web import LOGGED_IN, PUBLIC, page
from yiyang.accounts.middleware import today
from yiyang.accounts.models import User
from yiyang.accounts.web import proved_recently
from yiyang.base.errors import UsageError, YiyangError
from yiyang.field import devices, incoming, shell
from yiyang.field.forms import Named
from yiyang.field.packing import pack

Answer = Callable[..., HttpResponse]
# What the form asks the phone for: its microphone and, where a kind asks so, where it is. Pages elsewhere may neither.
ALLOWED = "camera=(), microphone=(self), geolocation=(self)"


@page(PUBLIC)
@require_GET
def app(request: HttpRequest) -> HttpResponse:
    """The shell: the same for everybody, kept by the phone, so nothing in it says who looks at it."""
    found = {"version": shell.version(), "scripts": shell.extra_scripts(), "unit": settings.UNIT_NAME}
    answer = render(request, "field/app.html", found)
    answer["Permissions-Policy"] = ALLOWED
    answer["Cache-Control"] = "no-cache"
    return answer


@page(PUBLIC)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps; it reigns over /field/ and nothing else."""
    files = [reverse("field:shell", args=[shell.version(), name]) for name in shell.names()]
    found = {"version": shell.version(), "files": json.dumps([reverse("field:app"), *files])}
    answer = render(request, "field/sw.js", found, content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    return answer


@page(PUBLIC)
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to install the app."""
    icons = [(f"field/icon-{size}.png", f"{size}x{size}", "image/png") for size in (192, 512)]
    here = [
        {"src": reverse("field:shell", args=[shell.version(), name]), "sizes": sizes, "type": kind}
        for name, sizes, kind in [*icons, ("field/icon.svg", "any", "image/svg+xml")]
    ]
    said = {
        "id": reverse("field:app"),
        "name": "颐养外出",
        "short_name": "颐养外出",
        "description": "外出评估、探访，没有网络也能办",
        "lang": "zh-Hans",
        "start_url": reverse("field:app"),
        "scope": reverse("field:app"),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#F4F6F3",
        "theme_color": "#1F6650",
        "icons": here,
    }
    answer = JsonResponse(said, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-cache"
    return answer


@page(PUBLIC)
@require_GET
def shell_file(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A file of the shell under its version."""
    found = shell.content(name) if version == shell.version() else None
    if found is None:
        raise Http404(name)
    answer = HttpResponse(found, content_type=shell.TYPES.get(PurePosixPath(name).suffix, "application/octet-stream"))
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _spoken(view: Answer) -> Answer:
    """Problems as the phone reads them."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any) -> HttpResponse:
        try:
            return view(request, *args)
        except YiyangError as error:
            problems = [{"zh": zh, "en": en} for zh, en in error.problems]
            return JsonResponse({"code": "refused", "zh": error.zh, "en": error.en, "problems": problems}, status=422)

    return answered


@page(LOGGED_IN)
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who is logged in, and the token that what he sends must carry."""
    user: Any = request.user
    said = {"user": user.pk, "name": user.name or user.username, "csrf": get_token(request)}
    return JsonResponse({**said, "now": timezone.now().isoformat(), "proved": proved_recently(request)})


@page(LOGGED_IN)
@require_POST
@_spoken
def register(request: HttpRequest) -> HttpResponse:
    """Enter this device under the account that is logged in."""
    form = Named(request.POST)
    form.is_valid()
    made = devices.register(
        by=current(), user=_user(request), name=form.cleaned_data.get("name", ""), key=form.cleaned_data.get("key", "")
    )
    return JsonResponse({"device": str(made.pk), "name": made.name}, status=201)


@page(LOGGED_IN)
@require_POST
@_spoken
def key(request: HttpRequest) -> HttpResponse:
    """The device's key once more, for whoever has just shown who he is."""
    if not proved_recently(request):
        said = {"code": "prove", "zh": "请先重新登录，再设新口令。", "en": "Show who you are first.", "problems": []}
        return JsonResponse(said, status=403)
    found = devices.key_of(by=current(), user=_user(request), key=_device(request))
    return JsonResponse({"key": found})


@page(LOGGED_IN)
@require_POST
@_spoken
def take_along(request: HttpRequest) -> HttpResponse:
    """The work of the next days, with the ticket."""
    device = devices.mine(_user(request), _device(request))
    return JsonResponse(pack(by=current(), user=_user(request), device=device, now=timezone.now(), on=today()))


def _user(request: HttpRequest) -> User:
    # `page` has seen to it that somebody is logged in.
    user: Any = request.user
    found: User = user
    return found


def _device(request: HttpRequest) -> Any:
    form = Named(request.POST)
    form.is_valid()
    if not form.cleaned_data.get("device"):
        raise UsageError("设备编号无法辨认。", "The device cannot be told.")
    return form.cleaned_data["device"]


@page(LOGGED_IN)
@require_POST
@_spoken
def bring_home(request: HttpRequest) -> HttpResponse:
    """A batch of entries; each has its own answer."""
    # Read as a stream: Django's own bound is for forms, ours is for photos.
    content = request.read(settings.FIELD_BATCH_BYTES + 1)
    if len(content) > settings.FIELD_BATCH_BYTES:
        most = settings.FIELD_BATCH_BYTES >> 20
        said = {"code": "too_large", "zh": f"一次最多上传 {most} MB。", "en": f"At most {most} MB.", "problems": []}
        return JsonResponse(said, status=413)
    try:
        batch = json.loads(content)
    except ValueError as error:
        raise UsageError("上传的内容无法辨认。", "The batch is no JSON.") from error
    if not isinstance(batch, dict):
        raise UsageError("上传的内容无法辨认。", "The batch is no JSON object.")
    found = incoming.receive(by=current(), batch=batch, now=timezone.now())
    return JsonResponse({"now": timezone.now().isoformat(), "answers": [each.as_json() for each in found]})
