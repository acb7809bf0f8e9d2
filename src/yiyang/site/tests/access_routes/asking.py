"""What an example of an address is made of, and all addresses that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from yiyang.access.web import LOGGED_IN, PUBLIC
from yiyang.site.tests.access_world import Things

Data = dict[str, Any]
Of = Callable[[Things], list[Any]]


@dataclass(frozen=True)
class Example:
    """How one address is asked for.

    Attributes:
        of: the arguments of the address, from what lies in a place. None: it is about nothing in particular.
        post: what is sent when something is to be done there; None: nothing can be done.
        methods: how it is asked; `get` reads.
        is_scoped: whether the thing lies in an area, so that whoever holds the right elsewhere does not find it.
        except_at: places of which there is no such thing.
        is_slow: of those who may, one is asked in one place only.
        logs: whether an answer leaves a line in the log, where a right over people opens it.
        within: rights of which one must hold where the thing lies, if not those that open the address.
        in_query: what stands in the query.
        refusals: answers that mean no here, besides 403 and 404: a page that says so and leads back.
    """

    of: Of | None = None
    post: Callable[[Things], Data] | None = None
    methods: tuple[str, ...] = ("get",)
    is_scoped: bool = True
    within: tuple[str, ...] = ()
    in_query: Callable[[Things], Data] = lambda there: {}
    refusals: tuple[int, ...] = ()
    except_at: tuple[str, ...] = ()
    is_slow: bool = False
    logs: bool = True


@dataclass(frozen=True)
class Route:
    """An address, what its view demands, and whether it is one of the API."""

    name: str
    rights: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        """Whether it answers machines."""
        return self.name.startswith("api:")

    @property
    def is_public(self) -> bool:
        """Whether nobody need be known."""
        return PUBLIC in self.rights

    @property
    def needs(self) -> tuple[str, ...]:
        """The rights of which one is needed; none: to be known suffices."""
        return () if LOGGED_IN in self.rights else self.rights


def routes(resolver: Any = None, space: str = "") -> Iterator[Route]:
    """All addresses of the site, pages and operations. A second address of a view that has a name is the same."""
    patterns = (resolver or get_resolver()).url_patterns
    named = {each.callback for each in patterns if isinstance(each, URLPattern) and each.name}
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and (each.name or each.callback not in named):
            view: Any = each.callback
            rights = (view.right, *view.also) if hasattr(view, "right") else ()
            yield Route(f"{space}{each.name or each.pattern}", rights)


def one(name: str, **words: Any) -> Example:
    """About one thing of a place: its key is the address's only argument."""
    return Example(of=lambda there: [getattr(there, name)], **words)


def done(name: str, post: Data | None = None, **words: Any) -> Example:
    """Something done to one thing of a place, by POST only."""
    return one(name, post=lambda there: post or {}, methods=("post",), **words)


def mine(*more: Any, post: Data | None = None, **words: Any) -> Example:
    """A page of the portal about one person; only he himself finds it. `more`: keys or words after his."""

    def of(there: Things) -> list[Any]:
        return [there.person, *(there.keys.get(each, each) for each in more)]

    if post is None:
        return Example(of=of, **words)
    return Example(of=of, post=lambda there: post, **{"methods": ("post",), **words})


BOTH: Any = {"methods": ("get", "post")}
LIST = Example()
# The row that stands for having no area is shown to nobody.
AREA: dict[str, Any] = {"except_at": ("nowhere",)}
REASON = {"reason": "核对后办理"}
# A run names nobody: whoever answers for a part of its area sees it. Months are not run where there is no area.
RUN: dict[str, Any] = {"except_at": ("parent", "nowhere")}
# Lists on their way are of areas only.
DRAFT: dict[str, Any] = {"except_at": ("nowhere",), "is_slow": True}
