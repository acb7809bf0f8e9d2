"""How the addresses of `accounts` are asked for."""

from __future__ import annotations

from yiyang.site.tests.access_routes.asking import LIST, REASON, Example, done, one

ACCOUNT = ("account.read",)

EXAMPLES: dict[str, Example] = {
    "accounts:accounts": LIST,
    "accounts:open": Example(
        post=lambda there: {"name": "新人", "username": "xinren", "kind": "staff", "area": f"{there.code:012d}"},
        methods=("get", "post"),
        is_scoped=False,
    ),
    "accounts:visitors": Example(methods=("get", "post"), post=lambda there: {}, is_scoped=False),
    "accounts:expiring": LIST,
    "accounts:me": LIST,
    "accounts:account": one("account"),
    "accounts:grant": one(
        "account",
        post=lambda there: {"role": "inspector", "area": f"{there.code:012d}", "starts": "2026-11-22", **REASON},
        methods=("get", "post"),
    ),
    "accounts:reset_password": done("account", REASON, within=ACCOUNT),
    "accounts:act": Example(
        of=lambda there: [there.account, "switch-off"], post=lambda there: REASON, methods=("post",), within=ACCOUNT
    ),
    "accounts:prolong": one("grant", post=lambda there: {"ends": "2027-01-01", **REASON}, methods=("get", "post")),
    "accounts:revoke": done("grant", REASON),
    "accounts:tokens": LIST,
    "accounts:issue": Example(methods=("get", "post"), post=lambda there: {"user": there.machine}, is_scoped=False),
    "accounts:token": one("token"),
    "accounts:revoke_token": done("token", REASON),
    "accounts:matrix": LIST,
    "accounts:matrix_sheet": LIST,
    # Libraries' pages on one's own account
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "account_change_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "usersessions_list",
        ),
        Example(refusals=(404, 403)),
    ),
    "api:me": LIST,
    "api:accounts": LIST,
    "api:account": one("account"),
    "api:tokens": LIST,
    "api:revoke": Example(
        of=lambda there: [there.token], post=lambda there: REASON, methods=("delete",), within=("token.manage",)
    ),
}
