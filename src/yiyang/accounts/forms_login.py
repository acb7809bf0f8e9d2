"""allauth's forms in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

CODE = "验证器上的六位数字。"


class Login(LoginForm):  # type: ignore[misc]
    """Username and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login="用户名", password="密码")
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].help_text = ""


class Reauthenticate(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password="密码")


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]
    """A new password that is not the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, oldpassword="当前密码", password1="新密码", password2="再输一次新密码")
        self.fields["oldpassword"].help_text = "首次登录时，是发给您的临时密码。"
        self.fields["password1"].help_text = "至少 10 个字符，不能全是数字，不能与用户名、姓名相近，不能是常见密码。"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("password1") and cleaned.get("password1") == cleaned.get("oldpassword"):
            self.add_error("password1", "新密码不能与当前密码相同。")
        return cleaned


class Code(AuthenticateForm):  # type: ignore[misc]
    """A one-time code or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code="验证码")
        self.fields["code"].help_text = f"{CODE}手机不在身边时，可输入一个备用码。"


class CodeAgain(CodeAgainForm):  # type: ignore[misc]
    """The same, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code="验证码")
        self.fields["code"].help_text = CODE


class ActivateTotp(ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which shows that the telephone has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code="验证码")
        self.fields["code"].help_text = CODE


def _plain(form: forms.Form, **labels: str) -> None:
    """Our labels, no placeholders: what stands in a field vanishes when one types."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)
    for field in ("code",):
        if field in form.fields:
            form.fields[field].widget.attrs |= {"inputmode": "text", "autofocus": True, "maxlength": "12"}
