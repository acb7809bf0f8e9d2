"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from yiyang.accounts import workbench, workbench_tokens

app_name = "accounts"
urlpatterns = [
    path("accounts/", workbench.accounts, name="accounts"),
    path("accounts/open/", workbench.open_account, name="open"),
    path("accounts/visitors/", workbench.visitors, name="visitors"),
    path("accounts/expiring/", workbench.expiring, name="expiring"),
    path("me/", workbench.me, name="me"),
    path("accounts/<int:pk>/", workbench.account, name="account"),
    path("accounts/<int:pk>/grant/", workbench.grant, name="grant"),
    path("accounts/<int:pk>/reset-password/", workbench.reset_password, name="reset_password"),
    path("accounts/<int:pk>/act/<slug:word>/", workbench.act, name="act"),
    path("grants/<int:pk>/prolong/", workbench.prolong, name="prolong"),
    path("grants/<int:pk>/revoke/", workbench.revoke, name="revoke"),
    path("tokens/", workbench_tokens.tokens, name="tokens"),
    path("tokens/issue/", workbench_tokens.issue, name="issue"),
    path("tokens/<int:pk>/", workbench_tokens.token, name="token"),
    path("tokens/<int:pk>/revoke/", workbench_tokens.revoke, name="revoke_token"),
    path("matrix/", workbench_tokens.matrix, name="matrix"),
    path("matrix.xlsx", workbench_tokens.matrix_sheet, name="matrix_sheet"),
]
