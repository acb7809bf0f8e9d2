"""All addresses: each room's under its word."""

from __future__ import annotations

from django.urls import include, path

from yiyang.site import api, health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("", include("yiyang.workbench.urls")),
    path("people/", include("yiyang.registry.urls")),
    path("runs/", include("yiyang.entitlement.urls")),
    path("cases/", include("yiyang.cases.urls")),
    path("field/", include("yiyang.field.urls")),
    path("assessments/", include("yiyang.assessment.urls")),
    path("visits/", include("yiyang.visits.urls")),
    path("forecast/", include("yiyang.forecast.urls")),
    path("plans/", include("yiyang.planning.urls")),
    path("reach/", include("yiyang.reach.urls")),
    path("indicators/", include("yiyang.indicators.urls")),
    path("notices/", include("yiyang.notices.urls")),
    path("simulation/", include("yiyang.simulation.urls")),
    path("lists/", include("yiyang.revisions.urls")),
    path("portal/", include("yiyang.portal.urls")),
    path("areas/", include("yiyang.areas.urls")),
    path("admin/", include("yiyang.accounts.urls")),
    path("audit/", include("yiyang.audit.urls")),
    path("system/", include("yiyang.site.urls_system")),
    path("accounts/", include("yiyang.accounts.urls_login")),
    path("api/v1/", include((api.patterns(), "api"))),
]

handler400 = "yiyang.site.errors.bad_request"
handler403 = "yiyang.site.errors.forbidden"
handler404 = "yiyang.site.errors.not_found"
# allauth asks for this one when somebody tries too often.
handler429 = "yiyang.site.errors.too_many"
handler500 = "yiyang.site.errors.server_error"
