"""Tags of the component kit. Examples stand in docs/how-to/pages.md and live on /styleguide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxSelectMultiple, RadioSelect
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yiyang.kit.listing import Table
from yiyang.kit.parts import Change, Definition, Event, Figure, Progress, Tab
from yiyang.kit.states import LOOKS, Look, look_of
from yiyang.kit.wording import NOTHING
from yiyang.site.templatetags import words

register = template.Library()
for _name, _filter in words.FILTERS.items():
    register.filter(_name, _filter)

NOTE_LOOKS: Mapping[str, Look] = {
    "success": LOOKS["good"],
    "good": LOOKS["good"],
    "error": LOOKS["bad"],
    "bad": LOOKS["bad"],
    "warning": Look("wait", "warning"),
    "wait": Look("wait", "warning"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with a label it speaks, without it is decoration beside a word."""
    href = f"{static('site/vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@register.simple_tag
def badge(slug: str, word: str = "") -> SafeString:
    """A state by word, icon and colour."""
    look = look_of(slug)
    return format_html('<span class="state state-{}">{}{}</span>', look.tone, icon(look.icon), word or slug)


@register.simple_tag
def state(thing: Any, attribute: str = "state") -> SafeString:
    """The state of a model's row, in the words of its choices."""
    return badge(getattr(thing, attribute), getattr(thing, f"get_{attribute}_display")())


@register.simple_tag
def large(value: Any) -> Any:
    """A large count as 120.4 万 with the exact figure on hover; anything else as it is."""
    return words.wan(value) if isinstance(value, int | float) and not isinstance(value, bool) else words.or_dash(value)


@register.simple_tag
def shown(kind: str, value: Any, word: str = "") -> SafeString | str:
    """A value as its kind is written: the kinds of `kit.listing.Column`."""
    if kind == "state":
        return badge(str(value), word) if value not in (None, "") else NOTHING
    return words.KINDS[kind](value)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's query with some of it changed; None takes a part out: `?{% query month="2026-11" after=None %}`."""
    there = context["request"].GET.copy()
    for name, value in changes.items():
        there.pop(name, None)
        if value is not None:
            there[name] = value
    return there.urlencode()


@register.inclusion_tag("site/parts/crumbs.html")
def crumbs(crumbs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The way here: pairs of title and address; the last without one."""
    return {"crumbs": crumbs}


@register.inclusion_tag("site/parts/figures.html")
def figures(figures: Iterable[Figure]) -> dict[str, Any]:
    """Key figures, at most four."""
    return {"figures": figures}


@register.inclusion_tag("site/parts/tabs.html")
def tabs(tabs: Iterable[Tab], label: str = "分页") -> dict[str, Any]:
    """Tabs that are links."""
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("site/parts/timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    """Events in the order given, newest first by habit."""
    return {"events": events}


@register.inclusion_tag("site/parts/definitions.html")
def definitions(lines: Iterable[Definition]) -> dict[str, Any]:
    """Terms and values, each with its source."""
    return {"lines": lines}


@register.inclusion_tag("site/parts/difference.html")
def difference(
    changes: Iterable[Change], label: str = "改动", before: str = "改前", after: str = "改后"
) -> dict[str, Any]:
    """Before and after, field by field."""
    return {"changes": changes, "label": label, "before": before, "after": after}


@register.inclusion_tag("site/parts/progress.html")
def progress(job: Progress) -> dict[str, Any]:
    """The bar of a long job; its address answers with the same part alone."""
    return {"job": job}


@register.inclusion_tag("site/parts/table.html", takes_context=True)
def table(context: template.Context, table: Table) -> dict[str, Any]:
    """A list with filters, columns, pages, export and bulk actions."""
    return {"table": table, "request": context["request"], "csrf_token": context.get("csrf_token", "")}


@register.inclusion_tag("site/parts/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All errors of a form on top; focus moves there."""
    problems = [{"text": text} for text in form.non_field_errors()]
    for field in form:
        found = [
            {"id": field.id_for_label or field.auto_id, "label": field.label, "text": text} for text in field.errors
        ]
        problems += found
    return {"form": form, "problems": problems}


@register.inclusion_tag("site/parts/field.html")
def field(field: BoundField) -> dict[str, Any]:
    """One field: label, hint, error, input."""
    many = isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)
    parts = [f"{field.auto_id}_helptext"] if field.help_text else []
    parts += [f"{field.auto_id}_error"] if field.errors else []
    described = " ".join(parts)
    return {"field": field, "single": not many, "widget": _widget(field, described, many), "describedby": described}


def _widget(field: BoundField, described: str, many: bool) -> SafeString:
    plain = {"select": "form-select", "checkbox": "form-check-input"}
    kind = getattr(field.field.widget, "input_type", "")
    css = "" if many else plain.get(kind, "form-control")
    given = str(field.field.widget.attrs.get("class", ""))
    attributes: dict[str, str | bool] = {"class": f"{css} {given}".strip()}
    if described and not many:
        attributes["aria-describedby"] = described
    if field.errors and not many:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.inclusion_tag("site/parts/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """Every field of a form."""
    return {"form": form}


@register.inclusion_tag("site/parts/chart.html")
def chart(chart: Any) -> dict[str, Any]:
    """A chart or map of `kit.charts` or `kit.maps`, with its table."""
    return {"chart": chart}


class _Captured(template.Node):
    """What is between the tags, kept as a variable, so that a block may stand twice on a page."""

    def __init__(self, name: str, inner: NodeList) -> None:
        self.name, self.inner = name, inner

    def render(self, context: template.Context) -> str:
        context[self.name] = mark_safe(self.inner.render(context).strip())
        return ""


@register.tag
def captured(parser: Parser, token: Token) -> _Captured:
    """`{% captured name %}…{% endcaptured %}`"""
    _, name = token.split_contents()
    inner = parser.parse(("endcaptured",))
    parser.delete_first_token()
    return _Captured(name, inner)


class _Note(template.Node):
    """A note box around what is between the tags."""

    def __init__(self, tone: FilterExpression, inner: NodeList) -> None:
        self.tone, self.inner = tone, inner

    def render(self, context: template.Context) -> str:
        tone = str(self.tone.resolve(context))
        look = NOTE_LOOKS.get(tone, LOOKS["info"])
        alert = "alert" if look.tone == "bad" else "status"
        inner = mark_safe(self.inner.render(context))
        return format_html(
            '<div class="note-box {}" role="{}">{}<div>{}</div></div>', look.tone, alert, icon(look.icon), inner
        )


@register.tag
def note(parser: Parser, token: Token) -> _Note:
    """`{% note "wait" %}…{% endnote %}`; tones: good, wait, bad, info, or a message's level."""
    _, tone = token.split_contents()
    inner = parser.parse(("endnote",))
    parser.delete_first_token()
    return _Note(parser.compile_filter(tone), inner)


def render_part(name: str, **context: Any) -> str:
    """A part of `site/parts/` alone, for answers to htmx."""
    return render_to_string(f"site/parts/{name}.html", context)


@register.simple_tag
def url_or_home(name: str, *arguments: Any) -> str:
    """The address of a page, or the home page while that room is not installed."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return "/"
