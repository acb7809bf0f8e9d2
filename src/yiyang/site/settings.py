"""Django's settings. What differs between installations comes from the environment; see docs/how-to/production.md.

YIYANG_DATA      the data folder (default ./var): embedded database, deliveries, attachments, secrets
DATABASE_URL     the owner's connection: migrations, backup. Absent: the embedded server under the data folder
YIYANG_APP_DATABASE_URL   the application's connection, as the role yiyang_app; `yiyang.site.start` derives both
YIYANG_HOSTS     host names, separated by commas; YIYANG_HTTPS=1 behind a proxy that speaks https
YIYANG_DEBUG=1   for developers only
"""

from __future__ import annotations

import os
from pathlib import Path

import django_stubs_ext

from yiyang.accounts import single_sign_on
from yiyang.site.logs import logging_settings
from yiyang.site.postgres import APP_URL_VARIABLE, URL_VARIABLE, django_settings
from yiyang.site.secret_key import secret_key

# Lets Field[…] and QuerySet[…] stand in class definitions, as the type checker wants them.
django_stubs_ext.monkeypatch()

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("YIYANG_DATA", "var")).resolve()
DEBUG = os.environ.get("YIYANG_DEBUG") == "1"
HTTPS = os.environ.get("YIYANG_HTTPS") == "1"
SECRET_KEY = os.environ.get("YIYANG_SECRET_KEY") or secret_key(DATA)
ALLOWED_HOSTS = [
    host for host in os.environ.get("YIYANG_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",") if host
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]

INSTALLED_APPS = [
    "yiyang.access",
    "yiyang.audit",
    "yiyang.areas",
    "yiyang.accounts",
    "yiyang.registry",
    "yiyang.entitlement",
    "yiyang.notices",
    "yiyang.cases",
    "yiyang.field",
    "yiyang.assessment",
    "yiyang.visits",
    "yiyang.forecast",
    "yiyang.planning",
    "yiyang.reach",
    "yiyang.indicators",
    "yiyang.simulation",
    "yiyang.revisions",
    "yiyang.portal",
    "yiyang.workbench",
    "yiyang.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_htmx",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "yiyang.site.middleware.RequestContext",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yiyang.site.middleware.ContentSecurityPolicy",
    "yiyang.site.middleware.WrongMethods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yiyang.accounts.middleware.SeenSession",
    "django_htmx.middleware.HtmxMiddleware",
    "yiyang.accounts.middleware.FirstSteps",
    "yiyang.accounts.middleware.UnitOfWork",
]
ROOT_URLCONF = "yiyang.site.urls"
WSGI_APPLICATION = "yiyang.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yiyang.workbench.menu.context",
            ],
        },
    }
]

_app = django_settings(os.environ.get(APP_URL_VARIABLE, ""), "yiyang.access.backend")
_owner = django_settings(os.environ.get(URL_VARIABLE, ""))
_POOL = {"min_size": 1, "max_size": int(os.environ.get("YIYANG_POOL", "12")), "timeout": 20}
DATABASES = {
    # The application: never the owner of its tables, so that row-level security binds it.
    "default": {**_app, "OPTIONS": {**_app["OPTIONS"], "pool": _POOL}, "DISABLE_SERVER_SIDE_CURSORS": True},
    # Migrations, backup and doctor only.
    "owner": _owner,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Shared by all processes: rate limits and lock-outs must count together.
    # Its default of 300 entries would let anybody who tries many names wash away the lock of one.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "yiyang.accounts.adapter.Adapter"
SOCIALACCOUNT_ADAPTER = "yiyang.accounts.social.SocialAdapter"
MFA_ADAPTER = "yiyang.accounts.second_factor.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/10m/key,30/10m/ip",
    "login": "60/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# A login ends with the browser, or after eight hours.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_FORMS = {
    "login": "yiyang.accounts.forms_login.Login",
    "reauthenticate": "yiyang.accounts.forms_login.Reauthenticate",
    "change_password": "yiyang.accounts.forms_login.ChangePassword",
}
MFA_FORMS = {
    "authenticate": "yiyang.accounts.forms_login.Code",
    "reauthenticate": "yiyang.accounts.forms_login.CodeAgain",
    "activate_totp": "yiyang.accounts.forms_login.ActivateTotp",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "颐养"
# Shown, but written by yiyang.accounts.middleware.SeenSession at most every five minutes.
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = single_sign_on.providers(os.environ)

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "yiyang.site.errors.csrf_failure"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    f"form-action 'self'{single_sign_on.form_targets(os.environ)}; frame-ancestors 'none'"
)

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
# Pages ask for separators (`{{ n|number }}`); else an id in an attribute would become 2,643.
USE_THOUSAND_SEPARATOR = False
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
FORMAT_MODULE_PATH = "yiyang.site.formats"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A register of a city has more than a million rows: files go to disk as they come in.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
# Bodies that are files (the API's deliveries).
UPLOAD_MAX_BYTES = int(os.environ.get("YIYANG_UPLOAD_MB", "2048")) * 2**20
# Hosts of departments that may be told of cases by webhook; none unless named.
WEBHOOK_HOSTS = [host for host in os.environ.get("YIYANG_WEBHOOK_HOSTS", "").split(",") if host]
API_CALLS_A_MINUTE = {"any": int(os.environ.get("YIYANG_API_CALLS", "600")), "people": 120}
LOGGING = logging_settings(DEBUG)
LOGGING_CONFIG = "logging.config.dictConfig"
# For rooms below the portal: the scope of a citizen who is logged in to it.
VISITOR_SCOPE = "yiyang.portal.scopes.scope_of_visitor"
# Who checks that a citizen is who he says; yiyang.portal.real_name says what a back end answers.
REAL_NAME = os.environ.get("YIYANG_REAL_NAME", "yiyang.portal.real_name.Registry")
# For rooms below the registry: id number → key of the person.
PERSON_KEY_OF = "yiyang.registry.identity.person_of"
# Files sealed under the key ring, for its rotation: functions of the data folder that give (file, label).
SEALED_FILES = [
    "yiyang.registry.kept.sealed_files",
    "yiyang.notices.batches.sealed_files",
    "yiyang.planning.files.sealed_files",
    "yiyang.reach.files.sealed_files",
]
SECOND_FACTOR = os.environ.get("YIYANG_SECOND_FACTOR", "1") == "1"
# On the login page: whose installation it is, and whom to call.
UNIT_NAME = os.environ.get("YIYANG_UNIT", "")
HELP_TELEPHONE = os.environ.get("YIYANG_HELP_TELEPHONE", "")
# In every message, letter and page for citizens: whom an elder calls.
CITIZEN_TELEPHONE = os.environ.get("YIYANG_CITIZEN_TELEPHONE", "12345")
# How a batch of notices leaves the house: one back end a channel (`notices.backends.Backend`).
NOTICE_BACKENDS = {"letter": "yiyang.notices.letters.Letters", "sms": "yiyang.notices.gateway.GatewayFile"}
# Letters that a room above writes itself: table of what a notice is about → function (abouts) → {about: html}.
NOTICE_LETTERS = {"cases_decision": "yiyang.cases.letters.bodies"}
# Tabs that rooms above the registry add to a person's page: slug, title, address, right.
PERSON_TABS = (
    ("entitlement", "应享待遇", "entitlement:person", "case.read"),
    ("cases", "个案", "cases:person", "case.read"),
    ("assessment", "能力评估", "assessment:person", "assessment.read"),
    ("visits", "探访", "visits:person", "visit.read"),
    ("notices", "告知", "notices:person", "person.read"),
)
# What rooms above the entitlements do about what is unknown: word, address (takes a POST of `rows`), right, facts, and
# what tells of a person and fact that it is being done already (a sentence, or '').
UNKNOWN_WAYS = (
    (
        "提出评估申请", "assessment:ask_many", "assessment.request", ("ability", "self_care", "ltci_grade"),
        "yiyang.assessment.requesting.under_way",
    ),
)  # fmt: skip
# Lists that can be taken out as sheets: slug → title, right, and what makes the list of a request.
EXPORTS = {
    "people": ("老年人名单", "person.export", "yiyang.registry.people_list.people"),
    "changes": ("待遇变化名单", "person.export", "yiyang.entitlement.month_pages.changes_table"),
    "unknowns": ("待了解的事实", "person.export", "yiyang.entitlement.month_pages.unknowns_table"),
    "arrears": ("补发追回名单", "person.export", "yiyang.entitlement.month_pages.arrears_table"),
    "cases": ("个案名单", "person.export", "yiyang.cases.worklists.work_table"),
    "visits": ("探访名单", "person.export", "yiyang.visits.lists.visit_table"),
    "not_yet": ("本月尚未探访名单", "person.export", "yiyang.visits.lists.not_yet_table"),
    "assessments": ("评估申请名单", "person.export", "yiyang.assessment.worklists.work_table"),
    "assessment_results": ("评估结果名单", "person.export", "yiyang.assessment.worklists.result_table"),
    "findings": ("异常情况名单", "person.export", "yiyang.visits.lists.finding_sheet"),
}
# What follows when a month's run is put in force, in this order and in the same transaction: f(run, tell).
AFTER_RUN: tuple[str, ...] = ("yiyang.cases.opening.from_run", "yiyang.indicators.tasks.after_run")
# What policy lays into the database whenever it is migrated.
AFTER_MIGRATE: tuple[str, ...] = ("yiyang.cases.processes.put",)
# Cities and counties among whose people the portal's questions are asked, as codes; by default all that have a list.
PORTAL_AREAS = [code for code in os.environ.get("YIYANG_PORTAL_AREAS", "").split(",") if code]
# What may be done without network and brought home later: kind → class (`field.kinds.Kind`).
FIELD_KINDS: dict[str, str] = {
    "assessment": "yiyang.assessment.away.Assessing",
    "visit": "yiyang.visits.away.Visiting",
}
# Who is told of each step on a finding, in the same transaction (emergency and services rooms): f(finding, step).
AFTER_FINDING: tuple[str, ...] = ()
# What happens to people that makes their assessment doubtful: f(on) → `assessment.hints.Hints`.
ASSESSMENT_HINTS: tuple[str, ...] = (
    "yiyang.assessment.hints.changed_facts",
    "yiyang.visits.hinting.findings",
)
# Where other rooms add to the phone's shell: static files; scripts among them are loaded as modules.
FIELD_SHELL: tuple[str, ...] = ()
# Work is taken along for so many days, and taken in without a look if it comes home within so many.
FIELD_DAYS_AHEAD = int(os.environ.get("YIYANG_FIELD_DAYS_AHEAD", "7"))
FIELD_TICKET_DAYS = int(os.environ.get("YIYANG_FIELD_TICKET_DAYS", "14"))
# One entry, photos and voice included; and what a phone may send at once.
FIELD_ENTRY_BYTES, FIELD_BATCH_BYTES = 12 << 20, 16 << 20
