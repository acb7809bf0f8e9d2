"""Where `policy/` lies: in the wheel, in a checkout, or where `YIYANG_POLICY` points."""

from __future__ import annotations

import os
from pathlib import Path

from yiyang.base.errors import UsageError


def policy_dir() -> Path:
    """The folder of policy data in force for this process."""
    if chosen := os.environ.get("YIYANG_POLICY"):
        path = Path(chosen)
        if not path.is_dir():
            raise UsageError(
                f"YIYANG_POLICY 指向的文件夹不存在：{path}。请改正或取消该环境变量。",
                f"YIYANG_POLICY names a folder that does not exist: {path}. Mend or unset it.",
            )
        return path
    package = Path(__file__).resolve().parents[1]
    for path in (package / "_policy", package.parents[1] / "policy"):
        if path.is_dir():
            return path
    raise UsageError("找不到 policy 数据。请重新安装 yiyang。", "The policy data is missing. Install yiyang again.")
