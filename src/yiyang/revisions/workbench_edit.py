"""Pages where a draft is edited: its items, one item as a form or as text, conditions while one types them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.accounts.web import page
from yiyang.base.errors import YiyangError
from yiyang.catalog.lists import CASES
from yiyang.revisions import actions, conditions, desk, floor, item_forms, items
from yiyang.revisions.actions import Changed, fingerprint
from yiyang.revisions.forms import DocumentForm, NewItemForm
from yiyang.revisions.item_forms import ItemForm, Rows
from yiyang.revisions.models import Revision
from yiyang.revisions.shown import READ, crumbs, find, is_free, name_of, tabs_of
from yiyang.revisions.steps import EDITABLE
from yiyang.revisions.text import render as yaml_of
from yiyang.revisions.trying import tried
from yiyang.revisions.workbench import attempt

Json = dict[str, Any]
REVISE = "list.revise"


@page(READ)
def items_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The items of a version, those changed first, to search."""
    found, sought = find(pk), request.GET.get("q", "").strip()[:60]
    context = {
        "revision": found, "title": name_of(found), "crumbs": crumbs(found), "tabs": tabs_of(found, "items"),
        "lines": items.lines_of(found, sought), "q": sought, "is_editable": _is_editable(found),
    }  # fmt: skip
    return render(request, "revisions/items.html", context)


def _is_editable(found: Revision) -> bool:
    return found.state in EDITABLE and is_free(found, "edit", current())


def _draft(pk: int) -> Revision:
    """A revision that one may edit. PermissionDenied otherwise; its state is judged when it is written."""
    found = find(pk)
    if not current().may(REVISE, found.area_code):
        raise PermissionDenied(REVISE)
    return found


@page(REVISE)
def new_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A new item: one's own, or one that the level above has."""
    found, form = _draft(pk), NewItemForm(request.POST or None)
    copied = request.POST.get("copy", "")
    if request.method == "POST" and (copied or form.is_valid()):
        slug = copied or form.cleaned_data["slug"]
        if attempt(request, lambda: _add(found, slug, copied, form), "已新增项目，请核对每一栏。"):
            return redirect("revisions:item", pk, slug)
    context = {
        "form": form if not copied else NewItemForm(), "lacking": items.lacking(found), "revision": found,
        "title": "新增项目", "crumbs": crumbs(found, ("新增项目", "")),
    }  # fmt: skip
    return render(request, "revisions/new_item.html", context)


def _add(found: Revision, slug: str, copied: str, form: NewItemForm) -> Revision:
    text = items.from_above(found, slug) if copied else items.blank(found, slug, form.cleaned_data["name"])
    return actions.save(by=current(), revision=found, changes={f"{slug}.yaml": text}, seen={f"{slug}.yaml": ""})


@page(READ)
def item(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One item as a form."""
    found = find(pk)
    file = f"{slug}.yaml"
    if file not in found.files:
        raise Http404
    text = found.files[file]
    raw, posted = items.raw_of(text), request.method == "POST"
    if posted and not current().may(REVISE, found.area_code):
        raise PermissionDenied(REVISE)
    if not raw:
        messages.error(request, "这份文件不是合格的 YAML，请在文本里改正。")
        return redirect("revisions:item_text", pk, slug)
    form = ItemForm(raw, items.titles(found.files), desk.policy_on(found.starts), request.POST if posted else None)
    rows = Rows(request.POST, raw, found.starts)
    theirs = ""
    if posted:
        try:
            if _save_form(found, file, text, form, rows, request.POST.get("seen", "")):
                messages.success(request, "已保存。")
                return redirect("revisions:item", pk, slug)
        except Changed as error:
            theirs = error.text
            messages.error(request, error.zh)
        except YiyangError as error:
            form.add_error(None, "；".join([error.zh, *(zh for zh, _ in error.problems)]))
    context = _item(found, slug, raw, form) | {
        "tiers": _rows_of(rows) if posted else item_forms.tiers_of(raw),
        "row_problems": rows.problems, "posted": request.POST, "theirs": theirs,
    }  # fmt: skip
    return render(request, "revisions/item.html", context)


def _rows_of(rows: Rows) -> list[item_forms.Tier]:
    """The posted tiers, and an empty one."""
    return [*(row for row in rows.tiers() if row.value or row.when), item_forms.Tier("", "")]


def _save_form(found: Revision, file: str, text: str, form: ItemForm, rows: Rows, seen: str) -> bool:
    """Write the form into the text. False where something in it is wrong."""
    tiers, changes, is_good = rows.tiers(), list(rows.changes()), form.is_valid()
    if not is_good or rows.problems:
        return False
    if seen and seen != fingerprint(text):
        raise Changed(text)
    made = item_forms.write_fields(text, form.cleaned_data)
    for change in changes:
        made = change(made)
    made = item_forms.write_tiers(made, tiers)
    if made != text:
        actions.save(by=current(), revision=found, changes={file: made}, seen={file: fingerprint(text)})
    return True


def _item(found: Revision, slug: str, raw: Json, form: ItemForm) -> Json:
    policy = desk.policy_on(found.starts)
    mine = [one for one in found.problems if one["item"] == slug]
    judged = conditions.judge(str(raw.get("who", "")), items.figures_in_force(raw), policy)
    below = [one for one in found.floor.get("items", []) if one["item"] == slug]
    return {
        "revision": found, "slug": slug, "form": form, "title": items.zh_of(raw) or slug,
        "crumbs": crumbs(found, ("项目", reverse("revisions:items", args=[found.pk])), (items.zh_of(raw) or slug, "")),
        "figures_rows": item_forms.figures_of(raw), "value_names": items.figure_names(raw), "problems": mine,
        "units": item_forms.UNITS, "judged": judged, "is_editable": _is_editable(found), "is_form": True,
        "below": [(floor.SORT_WORDS[one["sort"]], floor.in_words(one)) for one in below],
        "seen": fingerprint(found.files[f"{slug}.yaml"]), "basis": raw.get("basis", "registered"),
    }  # fmt: skip


@page(READ)
def item_text(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One item and its worked cases as text."""
    found = find(pk)
    files = {"item": f"{slug}.yaml", "cases": f"{slug}{CASES}"} if slug != "list" else {"item": "list.yaml"}
    if files["item"] not in found.files:
        raise Http404
    texts = {key: found.files.get(name, "") for key, name in files.items()}
    theirs: Json = {}
    if request.method == "POST":
        if not current().may(REVISE, found.area_code):
            raise PermissionDenied(REVISE)
        posted = {key: request.POST.get(key, "").replace("\r\n", "\n") for key in files}
        try:
            _save_texts(found, files, texts, posted, request.POST)
            messages.success(request, "已保存。问题和案例结果列在下面。")
            return redirect("revisions:item_text", pk, slug)
        except Changed as error:
            messages.error(request, error.zh)
            theirs, texts = texts, posted
        except YiyangError as error:
            messages.error(request, "；".join([error.zh, *(zh for zh, _ in error.problems)]))
            texts = posted
    context = {
        "revision": found, "slug": slug, "texts": texts, "theirs": theirs,
        "seen": {key: fingerprint(found.files.get(name, "")) for key, name in files.items()},
        "title": items.zh_of(items.raw_of(found.files[files["item"]])) or "清单首页",
        "crumbs": crumbs(found, ("项目", reverse("revisions:items", args=[pk])), (slug, "")),
        "problems": [one for one in found.problems if one["file"] in files.values()],
        "tried": tried(found, slug), "is_editable": _is_editable(found), "has_cases": "cases" in files,
    }  # fmt: skip
    return render(request, "revisions/item_text.html", context)


def _save_texts(
    found: Revision, files: Mapping[str, str], texts: Mapping[str, str], posted: Mapping[str, str], post: Any
) -> None:
    changes: dict[str, str | None] = {}
    for key, name in files.items():
        if posted[key] != texts[key]:
            text = posted[key] if posted[key].endswith("\n") or not posted[key] else posted[key] + "\n"
            changes[name] = text if text.strip() or key == "item" else None
    if changes:
        seen = {files[key]: post.get(f"seen-{key}", "") for key in files}
        actions.save(by=current(), revision=found, changes=changes, seen=seen)


@page(REVISE)
@require_POST
def remove_item(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Take an item out of the list."""
    found = _draft(pk)
    names = [name for name in (f"{slug}.yaml", f"{slug}{CASES}") if name in found.files]
    if not names:
        raise Http404
    seen = {name: fingerprint(found.files[name]) for name in names}
    changes = dict.fromkeys(names)
    attempt(request, lambda: actions.save(by=current(), revision=found, changes=changes, seen=seen), "已移出清单。")
    return redirect("revisions:items", pk)


@page(REVISE)
@require_POST
def restore_item(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Put an item back as the version in force has it."""
    found = _draft(pk)
    names = [name for name in (f"{slug}.yaml", f"{slug}{CASES}") if name in found.base or name in found.files]
    if f"{slug}.yaml" not in found.base:
        raise Http404
    seen = {name: fingerprint(found.files.get(name, "")) for name in names}
    changes = {name: found.base.get(name) for name in names}
    attempt(request, lambda: actions.save(by=current(), revision=found, changes=changes, seen=seen), "已恢复为现行。")
    return redirect("revisions:item", pk, slug)


@page(REVISE)
def new_document(request: HttpRequest, pk: int) -> HttpResponse:
    """A document that the list will rest on."""
    found, form = _draft(pk), DocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        name = f"sources/{words['slug']}.yaml"
        if (desk.policy_on(found.starts) / name).exists() or name in found.files:
            form.add_error("slug", "已有这个编号的文件。")
        elif attempt(request, lambda: _save_document(found, name, words), "已登记文件，可在项目里引用。"):
            return redirect("revisions:items", pk)
    context = {
        "form": form, "revision": found, "title": "登记依据文件", "crumbs": crumbs(found, ("登记依据文件", "")),
    }  # fmt: skip
    return render(request, "revisions/frame.html", context)


def _save_document(found: Revision, name: str, words: Mapping[str, Any]) -> Revision:
    head = items.raw_of(found.files["list.yaml"])
    lines = {
        "id": words["slug"], "title": words["title"], "issuer": words["issuer"], "number": words["number"] or None,
        "date": words["day"], "level": head.get("level"), "area": str(head.get("area")), "checked": "original",
    }  # fmt: skip
    text = "".join(f"{key}: {_said(key, value)}\n" for key, value in lines.items() if value)
    return actions.save(by=current(), revision=found, changes={name: text}, seen={name: ""})


def _said(key: str, value: Any) -> str:
    return f'"{value}"' if key == "area" else yaml_of(value, in_flow=False)
