"""What all operations of the REST API share: who may call, one shape of refusal, pages by key, versions of a thing.

@router.get("/areas", response=answers(Listed[AreaOut]), **may("area.read"))
def areas(request: HttpRequest, paging: Query[Paging]) -> Any:
    return paged(visible.areas(), ("code",), paging)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from ninja import Field, Schema
from ninja.security import APIKeyCookie, HttpBearer
from pydantic import ConfigDict, StringConstraints

from yiyang.access.scope import Scope
from yiyang.base.errors import UsageError
from yiyang.kit.paging import page_of

MOST = 200
T = TypeVar("T")
# PostgreSQL takes no NUL in a text, and no integer beyond 63 bits.
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400, pattern=r"^[^\x00]*$")]
Key = Annotated[int, Field(ge=0, lt=2**63)]
AreaCode = Annotated[int, Field(ge=-1, lt=10**12)]
Month = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]


class Said(Schema):
    """One problem in both languages; `field` where it lies in one."""

    zh: str
    en: str
    field: str = ""


class Refusal(Schema):
    """How every operation says no."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "invalid",
                "zh": "请求内容有误。",
                "en": "The request is not right.",
                "problems": [{"zh": "应为整数", "en": "Input should be a valid integer", "field": "query.limit"}],
                "request": "6f0c2b7e9a",
            }
        }
    )
    code: str
    zh: str
    en: str
    problems: list[Said] = Field(default=[])
    request: str = Field("", description="编号，报修时请提供 / quote it when you ask for help")


def refuse(
    request: HttpRequest, status: int, code: str, zh: str, en: str, problems: Iterable[Said] = ()
) -> JsonResponse:
    """An answer in the shape of `Refusal`."""
    said = Refusal(code=code, zh=zh, en=en, problems=list(problems), request=getattr(request, "request_id", ""))
    return JsonResponse(said.model_dump(), status=status, json_dumps_params={"ensure_ascii": False})


class Outdated(UsageError):
    """The thing has changed since the caller read it (412)."""


class BadCursor(UsageError):
    """A cursor that this installation did not give out."""


def _admitted(request: HttpRequest, rights: tuple[str, ...]) -> Scope | None:
    """The caller's scope as the unit of work has set it; nobody is let in here that the middleware did not know."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if scope.user is None:
        return None
    if rights and not any(scope.may(right) for right in rights):
        raise PermissionDenied(rights[0])
    return scope


class Token(HttpBearer):
    """A department's token: `Authorization: Bearer yt_…`."""

    def __init__(self, rights: tuple[str, ...]) -> None:
        super().__init__()
        self.rights = rights

    def authenticate(self, request: HttpRequest, token: str) -> Scope | None:
        return _admitted(request, self.rights)


class Session(APIKeyCookie):
    """Whoever is logged in on the pages; what changes something needs the CSRF token too."""

    param_name = "sessionid"

    def __init__(self, rights: tuple[str, ...]) -> None:
        super().__init__()
        self.rights = rights

    def __call__(self, request: HttpRequest) -> Scope | None:
        # Who is not there at all is told to log in, not about CSRF.
        known = request.scope.user is not None  # type: ignore[attr-defined]
        found: Scope | None = super().__call__(request) if known else None
        return found

    def authenticate(self, request: HttpRequest, key: str | None) -> Scope | None:
        return _admitted(request, self.rights)


def may(*rights: str, example: dict[str, Any] | None = None, file: str = "") -> dict[str, Any]:
    """Who may call an operation: whoever holds one of the rights somewhere; without rights, everybody who is known.

    It is asked before the request is read. What the operation shows is narrowed by the scoped managers.

    Args:
        example: of a body, for the documentation.
        file: the media type of an answer that is a file and no JSON.
    """
    extra: dict[str, Any] = {"x-rights": list(rights)}
    if example is not None:
        extra["requestBody"] = {"content": {"application/json": {"example": example}}}
    if file:
        extra["responses"] = {200: {"content": {file: {"schema": {"type": "string"}}}}}
    return {"auth": [Token(rights), Session(rights)], "openapi_extra": extra}


STANDARD = (400, 401, 403, 404, 405, 415, 422, 429)


def answers(model: Any, *also: int, status: int = 200) -> dict[int, Any]:
    """The answers of an operation: its own, and the refusals."""
    return {status: model, **dict.fromkeys(sorted({*STANDARD, *also}), Refusal)}


class Paging(Schema):
    """Which page: the cursor that the page before gave as `next`."""

    cursor: Word = Field("", description="上一页的 next / `next` of the page before")
    limit: int = Field(50, ge=1, le=MOST)


class Listed(Schema, Generic[T]):
    """One page. `next` is the cursor of the following one, null on the last."""

    items: list[T]
    next: str | None = None


def paged(rows: QuerySet[Any], order: tuple[str, ...], paging: Paging) -> dict[str, Any]:
    """A page of a queryset by key. Raises BadCursor for one that was not given out here."""
    if paging.cursor:
        try:
            signing.loads(paging.cursor, salt="kit.paging")
        except signing.BadSignature as problem:
            raise BadCursor("游标无效，请从第一页开始。", "The cursor is not ours; begin anew.") from problem
    page = page_of(rows, order, after=paging.cursor, size=paging.limit)
    return {"items": page.rows, "next": page.after or None}


def etag_of(*parts: object) -> str:
    """The version of a thing, from whatever changes with it."""
    return '"' + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32] + '"'


def require_version(request: HttpRequest, etag: str) -> None:
    """Raises Outdated when the caller states a version (If-Match) that is no longer the thing's."""
    wanted = request.headers.get("If-Match", "")
    if wanted and wanted != "*" and etag not in [each.strip() for each in wanted.split(",")]:
        raise Outdated("内容已被别人更改，请重新读取后再办理。", "It has changed meanwhile; read it again.")
