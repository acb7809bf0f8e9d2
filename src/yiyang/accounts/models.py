"""Who may log in, what he may do where, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from yiyang.access.fields import OPEN, PERSONAL, sorted_fields
from yiyang.areas.models import Area

# A grant that ends within these days is worth a look.
SOON = timedelta(days=60)


class UserManager(BaseUserManager["User"]):
    """Accounts are looked up before any scope is known, so this one sees all of them; pages use `accounts.tables`."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make an account; without a password nobody can log in locally."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account of a person at work, or of a department's machine. No field makes anybody all-powerful."""

    class Kind(models.TextChoices):
        STAFF = "staff", "工作人员"
        SERVICE = "service", "部门接口"

    username = models.CharField(max_length=60, unique=True, verbose_name="用户名")
    name = models.CharField(max_length=60, verbose_name="姓名")
    email = models.EmailField(blank=True, verbose_name="电子邮箱")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STAFF, verbose_name="类型")
    area = models.ForeignKey(Area, models.PROTECT, null=True, verbose_name="所属区划")
    unit = models.CharField(max_length=100, blank=True, verbose_name="单位")
    is_active = models.BooleanField(default=True, verbose_name="启用")
    is_demo = models.BooleanField(default=False, verbose_name="演示账户")
    must_change_password = models.BooleanField(default=True, verbose_name="首次登录须改密码")
    temporary_until = models.DateTimeField(null=True, verbose_name="临时密码有效期至")
    created_at = models.DateTimeField(auto_now_add=True, verbose_name="建立时间")
    created_by = models.ForeignKey("self", models.PROTECT, null=True, verbose_name="建立人")

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账户"
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def state(self) -> str:
        """active or inactive."""
        return "active" if self.is_active else "inactive"

    def get_state_display(self) -> str:
        """The state in Chinese."""
        return "启用" if self.is_active else "停用"

    @property
    def is_staff(self) -> bool:
        """Libraries ask; there is no administration site to open with it."""
        return False


class Grant(models.Model):
    """A role in an area for a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name="账户")
    role = models.SlugField(max_length=40, verbose_name="角色")
    area = models.ForeignKey(Area, models.PROTECT, related_name="grants", verbose_name="区划")
    registers = models.JSONField(null=True, blank=True, verbose_name="登记册")  # of a data supplier; null = all
    starts = models.DateField(verbose_name="起始日期")
    ends = models.DateField(null=True, blank=True, verbose_name="终止日期")
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="授权人")
    granted_at = models.DateTimeField(auto_now_add=True, verbose_name="授权时间")
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="收回人")
    revoked_at = models.DateTimeField(null=True, verbose_name="收回时间")
    reason = models.CharField(max_length=200, blank=True, verbose_name="理由")

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="accounts_grant_ends_after_start"
            ),
        )
        indexes = (
            models.Index(fields=("user", "role"), name="accounts_grant_user"),
            models.Index(fields=("area",), name="accounts_grant_area"),
        )

    STATES: ClassVar[dict[str, str]] = {
        "in_force": "有效", "due_soon": "即将到期", "not_yet": "未开始", "ended": "已到期", "revoked": "已收回",
    }  # fmt: skip

    @property
    def state(self) -> str:
        """Whether it holds today: a key of STATES."""
        today = timezone.localdate()
        if self.revoked_at:
            return "revoked"
        if self.starts > today:
            return "not_yet"
        if self.ends is None or self.ends > today + SOON:
            return "in_force"
        return "due_soon" if self.ends >= today else "ended"

    def get_state_display(self) -> str:
        """The state in Chinese."""
        return self.STATES[self.state]


class ApiToken(models.Model):
    """A department's key to the API: shown once, kept as a hash, for named registers in an area, until a day."""

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens", verbose_name="账户")
    name = models.CharField(max_length=100, verbose_name="用途")
    prefix = models.CharField(max_length=12, unique=True, verbose_name="开头")
    digest = models.BinaryField(unique=True, verbose_name="指纹")
    rights = models.JSONField(default=list, verbose_name="权限")
    registers = models.JSONField(null=True, verbose_name="登记册")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", verbose_name="区划")
    created_at = models.DateTimeField(auto_now_add=True, verbose_name="签发时间")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    expires = models.DateTimeField(verbose_name="有效期至")
    revoked_at = models.DateTimeField(null=True, verbose_name="吊销时间")
    last_used_at = models.DateTimeField(null=True, verbose_name="最近使用")
    last_address = models.CharField(max_length=64, blank=True, verbose_name="最近来源")

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ("-id",)

    STATES: ClassVar[dict[str, str]] = {"active": "有效", "expired": "已过期", "revoked": "已吊销"}

    @property
    def state(self) -> str:
        """Whether it opens anything now: a key of STATES."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires <= timezone.now() else "active"

    def get_state_display(self) -> str:
        """The state in Chinese."""
        return self.STATES[self.state]


class ApiCalls(models.Model):
    """How often somebody called the API in the last minute in which he did; see `accounts.throttle`."""

    caller = models.CharField(max_length=300, primary_key=True, verbose_name="调用者")
    minute = models.BigIntegerField(verbose_name="分钟")
    calls = models.IntegerField(verbose_name="次数")

    class Meta:
        verbose_name = verbose_name_plural = "接口调用次数"


# An officer's own name and address are personal data too; those of elders lie in `registry`.
sorted_fields(User, PERSONAL, "name", "email", "username", "password")
sorted_fields(
    User,
    OPEN,
    "id",
    "last_login",
    "kind",
    "area",
    "unit",
    "is_active",
    "is_demo",
    "must_change_password",
    "temporary_until",
    "created_at",
    "created_by",
)
sorted_fields(Grant, OPEN, "*")
sorted_fields(ApiToken, PERSONAL, "digest", "last_address")
sorted_fields(
    ApiToken,
    OPEN,
    "id",
    "user",
    "name",
    "prefix",
    "rights",
    "registers",
    "area",
    "created_at",
    "created_by",
    "expires",
    "revoked_at",
    "last_used_at",
)
sorted_fields(ApiCalls, PERSONAL, "caller")
sorted_fields(ApiCalls, OPEN, "minute", "calls")
