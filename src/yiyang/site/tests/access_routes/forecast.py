"""How the addresses of `forecast` are asked for: censuses, seen of every area by whoever may see figures."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import Example

EXAMPLES: dict[str, Example] = {
    "forecast:overview": Example(in_query=lambda there: {"area": "511724"}, is_scoped=False, is_slow=True),
    "forecast:quality": Example(is_scoped=False),
    "forecast:table": Example(of=lambda there: ["years"], in_query=lambda there: {"area": "511724"}, is_scoped=False),
    "forecast:method": Example(is_scoped=False),
    "forecast:export": Example(of=lambda there: ["csv"], in_query=lambda there: {"area": "511724"}, is_scoped=False),
    "api:forecast_population": Example(in_query=lambda there: {"area": 511724000000}, is_scoped=False),
    "api:forecast_demand": Example(in_query=lambda there: {"area": 511724000000}, is_scoped=False, is_slow=True),
}
