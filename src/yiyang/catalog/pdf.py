"""The published list as a PDF, A4 landscape, tagged for screen readers.

Needs the extra `pdf`, the library pango and a Chinese font.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path
from typing import Any

from yiyang.base.errors import MissingPart
from yiyang.base.output import atomic_file
from yiyang.base.screen import lang, t
from yiyang.catalog.export import subtitle
from yiyang.catalog.labels import area_name, say, text
from yiyang.catalog.published import COLUMNS, Published

WIDTHS = (3.5, 10, 19, 17, 15.5, 10, 7, 18)
PANGO = "libpango-1.0-0 libpangoft2-1.0-0"
CLASSES = ("number", "name", "", "", "", "", "", "grounds")


def pdf(published: Published, path: Path, *, publisher: str | None = None, contact: str | None = None) -> None:
    """Write the list as a PDF.

    Args:
        publisher, contact: instead of what the list's head says.

    Raises:
        MissingPart: WeasyPrint, pango or a Chinese font is not there.
    """
    weasyprint = ready()
    page = html(published, publisher=publisher, contact=contact)
    with atomic_file(path) as work:
        weasyprint.HTML(string=page).write_pdf(str(work), pdf_tags=True)


def ready() -> Any:
    """WeasyPrint, once it can write Chinese. Raises MissingPart saying what to install."""
    weasyprint = _weasyprint()
    _need_chinese_font()
    return weasyprint


def html(published: Published, *, publisher: str | None = None, contact: str | None = None) -> str:
    """The page that becomes the PDF."""
    from jinja2 import Environment, PackageLoader

    head = published.head
    template = Environment(loader=PackageLoader("yiyang.catalog"), autoescape=True).get_template("list.html")
    return template.render(
        list=published,
        lang="en" if lang() == "en" else "zh-CN",
        columns=[say(column) for column in COLUMNS],
        widths=WIDTHS,
        classes=CLASSES,
        subtitle=subtitle(published),
        colon=t("：", ": "),
        publisher=publisher or (text(head.publisher) if head else "") or _publisher(published),
        contact=contact or (text(head.contact) if head else "") or _contact(),
        notes_title=t("整理说明", "Notes"),
    )


def _publisher(published: Published) -> str:
    return t(f"{area_name(published.area)}民政部门", f"Civil affairs department of {area_name(published.area)}")


def _contact() -> str:
    return t(
        "咨询和申请：当地民政部门、乡镇（街道）便民服务中心；政务服务便民热线 12345。"
        "对结果有异议的，可以向责任单位提出。",
        "Questions and applications: the local civil affairs department or the township's service centre; "
        "hotline 12345. Objections go to the responsible department.",
    )


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError:
        raise MissingPart(
            "生成 PDF 需要 WeasyPrint，现在没有安装。请运行：pip install 'yiyang[pdf]'",
            "PDF needs WeasyPrint, which is not installed. Run: pip install 'yiyang[pdf]'",
        ) from None
    except OSError as error:
        raise MissingPart(
            f"生成 PDF 需要 pango，系统里没有（{error}）。Debian/Ubuntu：apt-get install {PANGO}",
            f"PDF needs pango, which this system lacks ({error}). Debian/Ubuntu: apt-get install {PANGO}",
        ) from None
    return weasyprint


def _need_chinese_font() -> None:
    if not has_chinese_font():
        raise MissingPart(
            "系统里没有中文字体，PDF 里的汉字会变成方框。Debian/Ubuntu：apt-get install fonts-noto-cjk",
            "No Chinese font is installed: the PDF would show boxes. Debian/Ubuntu: apt-get install fonts-noto-cjk",
        )


class _FontSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.c_void_p))


def has_chinese_font() -> bool:
    """Asks fontconfig, as pango does; where it cannot be asked, the answer is yes."""
    name = ctypes.util.find_library("fontconfig")
    if not name:
        return True
    library = ctypes.CDLL(name)
    library.FcInit()
    library.FcNameParse.restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    library.FcFontList.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    library.FcObjectSetCreate.restype = ctypes.c_void_p
    found = library.FcFontList(None, library.FcNameParse(b":lang=zh-cn"), library.FcObjectSetCreate())
    return bool(found) and bool(found.contents.count)
