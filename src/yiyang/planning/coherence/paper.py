"""The report as a PDF, A4 landscape, tagged for screen readers. Needs the extra `pdf`, pango and a Chinese font."""

from __future__ import annotations

from pathlib import Path

from yiyang.base.output import atomic_file
from yiyang.catalog.pdf import ready
from yiyang.planning.coherence.checks import CHECKS
from yiyang.planning.coherence.findings import Report
from yiyang.planning.coherence.telling import HEADS, counts, groups, row

_WIDTHS = (5, 9, 24, 19, 8, 19, 7, 5, 4)


def pdf(report: Report, path: Path) -> None:
    """Write the report. Raises MissingPart where WeasyPrint, pango or a Chinese font is not there."""
    weasyprint = ready()
    page = html(report)
    with atomic_file(path) as work:
        weasyprint.HTML(string=page).write_pdf(str(work), pdf_tags=True)


def html(report: Report) -> str:
    """The page that becomes the PDF. Keys stand in the workbook only."""
    from jinja2 import Environment, PackageLoader

    template = Environment(loader=PackageLoader("yiyang.planning.coherence"), autoescape=True).get_template(
        "report.html"
    )
    return template.render(
        titles=[each.title or each.slug for each in report.documents],
        counts=counts(report),
        heads=HEADS[:-1],
        widths=_WIDTHS,
        groups=[(each.title, [row(report, found)[:-1] for found in each.findings]) for each in groups(report)],
        dismissed=[(each.reason, each.finding.why_zh) for each in report.dismissed],
        checks=[(each.zh, each.what_zh) for each in CHECKS],
    )
