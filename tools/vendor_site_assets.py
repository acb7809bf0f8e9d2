"""Builds the vendored assets of the pages anew: Bootstrap's style sheet, htmx, and a sprite of the icons in use.

Needs npm. `python tools/vendor_site_assets.py` writes them; `--check` builds them aside and fails if the bytes differ.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "src/yiyang/site/static/site/vendor"
PACKAGES = {
    "bootstrap": ("5.3.9", "MIT"),
    "htmx.org": ("2.0.11", "0BSD"),
    "bootstrap-icons": ("1.13.2", "MIT"),
}
# Our word for an icon → the file of bootstrap-icons.
_ICONS = """
home=house-door people groups=person-hearts deliveries=inbox doubles=intersect exports=download areas=diagram-3
accounts=person-badge tokens=key matrix=grid-3x3-gap audit=journal-check system=gear search menu=list close=x-lg
check=check-lg next=chevron-right previous=chevron-left down=chevron-down sort=chevron-expand sort-up
sort-down=sort-down-alt done=check-circle error=x-circle warning=exclamation-triangle info=info-circle
unknown=question-circle waiting=hourglass-split running=arrow-repeat ended=slash-circle locked=lock reveal=eye
upload=cloud-arrow-up print=printer filter=funnel columns=layout-three-columns person=person-circle
logout=box-arrow-right shield=shield-lock sessions=laptop text-size=fonts month=calendar3 place=geo-alt
file=file-earmark-text add=plus-lg remove=trash3 undo=arrow-counterclockwise phone=telephone flag edit=pencil
up=arrow-up open=box-arrow-up-right history=clock-history bell merge=union chart=bar-chart figures=graph-up
empty=inboxes
"""
ICONS = dict(word.split("=") if "=" in word else (word, word) for word in _ICONS.split())


def unpack(folder: Path) -> None:
    """The pinned packages under `folder`/node_modules; install scripts do not run."""
    (folder / "package.json").write_text('{"private": true}')
    wanted = [f"{name}@{version}" for name, (version, _) in PACKAGES.items()]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]
    subprocess.run(["npm", "install", *options, *wanted], cwd=folder, check=True)


def sprite(icons: Path) -> str:
    """One SVG whose symbols are named by our words."""
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', "<!-- Bootstrap Icons, MIT, see bootstrap-icons.LICENSE -->"]
    for name, file in ICONS.items():
        text = (icons / f"{file}.svg").read_text()
        inner = re.sub(r"^<svg[^>]*>|</svg>$|\n *", "", text.strip())
        lines.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    return "\n".join([*lines, "</svg>", ""])


def without_source_map(text: str) -> str:
    """Manifest storage looks for the map and fails where it is missing."""
    return re.sub(r"(?m)^(//|/\*)# sourceMappingURL=.*$", "", text).rstrip() + "\n"


def build() -> dict[Path, bytes]:
    """Every vendored file and the page that lists them."""
    with tempfile.TemporaryDirectory() as name:
        unpack(Path(name))
        modules = Path(name) / "node_modules"
        texts = {
            "bootstrap.min.css": without_source_map((modules / "bootstrap/dist/css/bootstrap.min.css").read_text()),
            "htmx.min.js": without_source_map((modules / "htmx.org/dist/htmx.min.js").read_text()),
            "icons.svg": sprite(modules / "bootstrap-icons/icons"),
        }
        texts |= {f"{package}.LICENSE": (modules / package / "LICENSE").read_text() for package in PACKAGES}
    return {VENDOR / file: text.encode() for file, text in {**texts, "README.md": listing(texts)}.items()}


def listing(texts: dict[str, str]) -> str:
    """The page: what, which version, under which licence, with which hash."""
    source = {"bootstrap.min.css": "bootstrap", "htmx.min.js": "htmx.org", "icons.svg": "bootstrap-icons"}
    lines = [
        "# Vendored assets",
        "",
        "Nothing is fetched from elsewhere at run time. `python tools/vendor_site_assets.py` builds these files from",
        "the npm packages, without source map comments; `icons.svg` holds only the icons in use.",
        "",
        "| file | package | version | licence | sha256 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for file, package in source.items():
        version, licence = PACKAGES[package]
        digest = hashlib.sha256(texts[file].encode()).hexdigest()
        lines.append(f"| `{file}` | {package} | {version} | {licence} (`{package}.LICENSE`) | `{digest}` |")
    return "\n".join([*lines, ""])


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
