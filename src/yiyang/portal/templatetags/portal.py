"""What the frame of public pages needs: how the visitor wants to see, and whom he may call."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.template import Context
from django.urls import NoReverseMatch, reverse

from yiyang.portal.look import Look, look_of

register = template.Library()


@register.simple_tag(takes_context=True)
def visitors_look(context: Context) -> Look:
    """The size and contrast of the page: what the view says (`look`), else what the browser remembers."""
    given = context.get("look")
    return given if isinstance(given, Look) else look_of(context.get("request"))


@register.simple_tag
def help_telephone() -> str:
    """Whom to call. 12345 is the government's line everywhere in the country."""
    return settings.HELP_TELEPHONE or "12345"


@register.simple_tag
def unit_name() -> str:
    """Whose installation it is, by its own name or by what it is."""
    return settings.UNIT_NAME or "基本养老服务"


@register.simple_tag
def portal_url(name: str, *arguments: object) -> str:
    """The address of a page of the portal; nothing while its part is not installed, so that no link leads nowhere."""
    try:
        return reverse(f"portal:{name}", args=arguments)
    except NoReverseMatch:
        return ""
