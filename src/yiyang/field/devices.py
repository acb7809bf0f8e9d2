"""Devices: registered by whoever takes them along, revoked by him or by those who look after accounts."""

from __future__ import annotations

import base64
import binascii
import uuid

from django.db import transaction
from django.utils import timezone

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import User
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.field.models import Device

KEY_BYTES = 32
MOST = 5


def register(*, by: Scope, user: User, name: str, key: str) -> Device:
    """Enter a device under an account, with the copy of its key (base64 of 32 bytes).

    Raises:
        UsageError: no name, a key of the wrong size, or too many devices.
    """
    if not name.strip():
        raise UsageError("请给这台设备起个名字。", "A device needs a name.")
    try:
        if len(base64.b64decode(key, validate=True)) != KEY_BYTES:
            raise ValueError("size")
    except (binascii.Error, ValueError) as error:
        raise UsageError("本机密钥不完整，请重新登记。", "The device's key is not 32 bytes in base64.") from error
    with transaction.atomic():
        # The account's row is held, so that two phones at once are not both the fifth.
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if Device.objects.filter(user=user, revoked_at=None).count() >= MOST:
            raise UsageError(
                f"一个账户最多登记 {MOST} 台设备，请先停用不用的。", f"At most {MOST} devices an account; revoke one."
            )
        made = Device.objects.create(user=user, name=name.strip()[:100], key=key)
    record("write", what=f"field_device:{made.pk}", detail={"act": "registered"})
    return made


def mine(user: User, key: uuid.UUID) -> Device:
    """A device of one's own that is in use.

    Raises:
        UsageError: it is not his, or was revoked.
    """
    found = Device.objects.filter(pk=key, user=user).first()
    if found is None:
        raise UsageError("这台设备登记在别的账户名下。", "The device belongs to another account.")
    if found.revoked_at:
        raise UsageError("这台设备已经停用，不能再带任务外出。", "The device was revoked.")
    return found


def key_of(*, by: Scope, user: User, key: uuid.UUID) -> str:
    """The copy of a device's key, for its own account only; noted. The caller has asked for a fresh login."""
    found = mine(user, key)
    record("reveal", what=f"field_device:{found.pk}", reason="忘记口令，取回本机密钥")
    return str(found.key)


def find(key: uuid.UUID) -> Device | None:
    """A device, whosever it is: for the platform's own questions."""
    with acting(platform("外出设备")):
        return Device.objects.select_related("user").filter(pk=key).first()


def revoke(*, by: Scope, device: Device) -> None:
    """End the use of a device: it takes nothing along any more, and what it brings is looked at first.

    The caller has made sure that it is his own, or that he looks after its account.
    """
    with acting(platform(by.name)):
        Device.objects.filter(pk=device.pk, revoked_at=None).update(
            revoked_at=timezone.now(), revoked_by_name=by.name[:150]
        )
    record("write", what=f"field_device:{device.pk}", detail={"act": "revoked"})
