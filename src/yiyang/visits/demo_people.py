"""Made-up visitors for the demo: one account and one post for each village where elders live."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from hashlib import blake2b

from django.contrib.auth.hashers import make_password
from django.db.models import Count

from yiyang.access.ranges import NO_AREA
from yiyang.accounts.models import Grant, User
from yiyang.areas.logic import span
from yiyang.areas.models import Area
from yiyang.registry.models import Person
from yiyang.visits.models import Absence, Post
from yiyang.visits.policy import load_visits

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程"
GIVEN = "芳英敏静丽秀兰燕玲桂荣红梅霞萍翠菊勇军强平华明辉建国志刚海涛永春学文德光世贵成林安全才生玉珍琼淑惠群碧珍"
SINCE = timedelta(days=400)
# Every so manieth village has nobody, so that gaps and substitutes are seen.
GAP = 37
# With fewer people than these to be visited a village makes a dull round.
FEW = 8
SKILLS: tuple[list[str], ...] = (["woman"], [], ["nursing"], [], [], ["psychology"])


def chance(text: str, below: int) -> int:
    """The same number below a bound for the same text, on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) % below


def name_of(code: int) -> str:
    """A made-up name for the visitor of a village."""
    first, second = chance(f"given{code}", len(GIVEN)), chance(f"second{code}", len(GIVEN) * 2)
    return SURNAMES[chance(f"sur{code}", len(SURNAMES))] + GIVEN[first] + (GIVEN[second] if second < len(GIVEN) else "")


def make_posts(county: int, today: date, skills: list[str]) -> int:
    """Visitors, their grants and posts for the villages of a county where somebody lives; how many posts.

    `cun` of the demo accounts holds the post of his own village. `skills`: the keys that policy knows.
    """
    villages = _inhabited(county)
    users = _users(villages, today)
    by_town: defaultdict[int, list[Area]] = defaultdict(list)
    for village in villages:
        by_town[village.code // 1000].append(village)  # type: ignore[operator]
    posts = []
    for town in by_town.values():
        for number, village in enumerate(town):
            if len(town) > 1 and chance(f"gap{village.code}", GAP) == 0 and not _is_cast(users[village.pk]):
                continue
            beside = town[(number + 1) % len(town)]
            posts.append(
                Post(
                    area_code=village.code or NO_AREA, visitor=users[village.pk],
                    deputy=users[beside.pk] if beside.pk != village.pk else None,
                    skills=[each for each in SKILLS[chance(f"skill{village.code}", len(SKILLS))] if each in skills],
                    starts=today - SINCE,
                )
            )  # fmt: skip
    Post.objects.bulk_create(posts)
    _some_absent([post.visitor for post in posts], today)
    return len(posts)


def _is_cast(user: User) -> bool:
    return not user.username.startswith("tanfang")


def _inhabited(county: int) -> list[Area]:
    low, high = span(county)
    here = Person.objects.filter(is_current=True, area_code__gte=low, area_code__lt=high)
    codes = here.order_by().values_list("area_code", flat=True).distinct()
    # Who lives in a county without anybody knowing in which village is for the township to find out.
    return list(Area.objects.filter(code__in=list(codes), level__in=("village", "town")).order_by("code"))


def _users(villages: list[Area], today: date) -> dict[int, User]:
    """Area → its visitor. Nobody logs in to these accounts: they have no password."""
    own = _own_post(villages, today)
    nobody = make_password(None)
    made = {
        village.pk: User(
            username=f"tanfang-{village.code}", name=name_of(village.code or 0), area=village, password=nobody,
            unit=f"{village.name}（演示）", is_demo=True, must_change_password=False,
        )
        for village in villages
        if own is None or village.pk != own.area_id
    }  # fmt: skip
    User.objects.bulk_create(made.values())
    role = {"role": "village_visitor", "starts": today - SINCE, "ends": today + 2 * SINCE, "reason": "演示"}
    Grant.objects.bulk_create(
        Grant(user=user, area_id=area, **role)
        for area, user in made.items()
    )  # fmt: skip
    return made | ({own.area_id: own.user} if own else {})


def _own_post(villages: list[Area], today: date) -> Grant | None:
    """Where `cun` visits: his own village, or in a small demo, where few live there,
    he is given the town's village with most people to be visited."""
    own: Grant | None = (
        Grant.objects.filter(role="village_visitor", user__username="cun").select_related("user", "area").first()
    )
    if own is None or own.area.code is None:
        return own
    town = own.area.code // 1000
    near = {village.code: village for village in villages if village.code is not None and village.code // 1000 == town}
    visited = Person.objects.filter(
        is_current=True, alive=1, area_code__in=near, groups__has_any_keys=load_visits().visited
    )
    visited = visited.order_by()
    if visited.filter(area_code=own.area.code).count() >= FEW:
        return own
    counted = visited.values_list("area_code").annotate(n=Count("pk")).order_by("-n", "area_code").first()
    if counted is None:
        return own
    own.area = own.user.area = near[counted[0]]
    own.save(update_fields=["area"])
    own.user.save(update_fields=["area"])
    return own


def _some_absent(visitors: list[User], today: date) -> None:
    """Every fiftieth is away for some days around today; cun is not."""
    away = [each for each in visitors if not _is_cast(each) and chance(f"away{each.username}", 50) == 0]
    Absence.objects.bulk_create(
        Absence(
            visitor=each, first=today - timedelta(days=chance(each.username, 3)),
            last=today + timedelta(days=2 + chance(each.username, 4)), reason="探亲", noted_by_name="演示数据",
        )
        for each in away
    )  # fmt: skip
