"""Builds the vendored browser assets anew: a small Apache ECharts for the report, axe-core for the tests.

Needs npm. `python tools/vendor_assets.py` writes them; `--check` builds them aside and fails if the bytes differ.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src/yiyang/entitlement/static"
TESTS = ROOT / "src/yiyang/entitlement/tests"
PACKAGES = {"echarts": "6.1.0", "zrender": "6.1.0", "tslib": "2.3.0", "esbuild": "0.28.2", "axe-core": "4.14.1"}

ENTRY = """
import { init, registerMap, use } from 'echarts/core';
import { BarChart, MapChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TitleComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
use([BarChart, MapChart, AriaComponent, GridComponent, TitleComponent, TooltipComponent, SVGRenderer]);
window.echarts = { init, registerMap };
"""

BANNER = """/*! Apache ECharts {echarts} (bar, map, tooltip, aria, SVG), built by tools/vendor_assets.py.
Copyright 2017-2026 The Apache Software Foundation. Licensed under the Apache License, Version 2.0.
This product includes software developed at The Apache Software Foundation.
With zrender {zrender} and tslib {tslib} (0BSD). The licences of zrender and of the parts that come from d3:

{licences}*/
"""


def install(folder: Path) -> None:
    """The pinned packages under `folder`/node_modules; install scripts do not run."""
    (folder / "package.json").write_text('{"private": true}')
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *wanted], cwd=folder, check=True)


def echarts(folder: Path) -> bytes:
    """The custom build, with the licences on top and without a source map."""
    (folder / "entry.js").write_text(ENTRY)
    options = ["--bundle", "--minify", "--format=iife", "--target=es2020", "--legal-comments=none", "--charset=utf8"]
    command = [str(folder / "node_modules/.bin/esbuild"), "entry.js", *options]
    built = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout.decode()
    paths = ("zrender/LICENSE", "echarts/licenses/LICENSE-d3")
    licences = "\n".join((folder / "node_modules" / path).read_text() for path in paths)
    return (BANNER.format(licences=licences, **PACKAGES) + _without_source_map(built)).encode()


def axe(folder: Path) -> bytes:
    """axe-core, packed, with no time stamp in it."""
    text = (folder / "node_modules/axe-core/axe.min.js").read_text()
    return gzip.compress(_without_source_map(text).encode(), mtime=0)


def _without_source_map(text: str) -> str:
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def build() -> dict[Path, bytes]:
    """Every vendored file and the file of their hashes."""
    with tempfile.TemporaryDirectory() as name:
        install(Path(name))
        files = {STATIC / "echarts.min.js": echarts(Path(name)), TESTS / "axe.min.js.gz": axe(Path(name))}
    for folder in {path.parent for path in files}:
        lines = [
            f"{hashlib.sha256(content).hexdigest()}  {path.name}"
            for path, content in files.items()
            if path.parent == folder
        ]
        files[folder / "SHA256SUMS"] = ("\n".join(lines) + "\n").encode()
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with the committed files")
    check = parser.parse_args().check
    files = build()
    different = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    for path in different:
        sys.stderr.write(f"{'differs' if check else 'writes'}: {path.relative_to(ROOT)}\n")
        if not check:
            path.write_bytes(files[path])
    return 1 if check and different else 0


if __name__ == "__main__":
    raise SystemExit(main())
