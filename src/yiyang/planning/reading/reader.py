"""From a file to a `Document`: the format is told by its content, then everything goes one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

from yiyang.base.errors import UsageError, YiyangError
from yiyang.planning.reading import indicators, measures, projects, tasks, totals
from yiyang.planning.reading.corrections import corrected
from yiyang.planning.reading.doubts import Settling
from yiyang.planning.reading.grids import grids
from yiyang.planning.reading.outline import Outline, is_box
from yiyang.planning.reading.places import Gazetteer, area_of
from yiyang.planning.reading.rows import Context, made_table
from yiyang.planning.reading.source import RawTable, RawText, Source
from yiyang.planning.reading.titles import issued_on, title_of
from yiyang.planning.reading.words import digest
from yiyang.planning.records import Correction, Document, Indicator, Measure, Project, Table, Task, Total

SUFFIXES = (".txt", ".docx", ".xlsx", ".pdf")
# A caption stands at most so many lines above its table (a blank line, the annex's number, another blank line).
_CAPTION_REACH = 5
_OPENING_LINES = 30
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A plan of a thousand pages unpacks to less than half of this; what exceeds it was made to fill the memory, of which
# the tree of an XML file takes ten times the file's size. Pictures are not unpacked.
_MOST_UNPACKED = 60 * 2**20
# Putting rows together again takes more than proportional time; five plans of 100 pages have 10,000 lines.
_MOST_LINES = 100_000


def read(
    source: Path | bytes, slug: str = "", area: int | None = None, corrections: Sequence[Correction] = ()
) -> Document:
    """A document as records, with places and doubts.

    Args:
        source: a TXT (UTF-8, GB 18030), DOCX, XLSX or PDF file, or its bytes.
        slug: what the document is called in places; by default the file's name without its ending.
        area: the 12-digit code of the area it is for; by default the area that its title or text names.
        corrections: what people decided before; each one that still has its row is applied, and kept in the result.

    Raises UsageError when the file cannot be read, or a correction's value cannot be what its field needs.
    """
    data = source if isinstance(source, bytes) else _bytes(source)
    name = slug or (source.stem if isinstance(source, Path) else "document")
    raw = load(data, name)
    title = title_of(raw.lines)
    return _Reading(raw, name, title, area or area_said(raw.lines, title), corrections).document()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"读不到文件 {path}：{error.strerror}。", f"Cannot read {path}: {error.strerror}.") from None


def load(data: bytes, name: str) -> Source:
    """The lines and grids of a file of any format. Raises UsageError when it is none of them or damaged."""
    try:
        found = _loaded(data)
    except YiyangError:
        raise
    except Exception as error:  # lxml, zlib, docx, pdfminer each have kinds of their own for what is damaged
        raise UsageError(
            f"文件“{name}”打不开：它应当是 TXT（UTF-8 或 GB 18030）、DOCX、XLSX 或 PDF，且没有损坏或加密。",
            f"Cannot read “{name}”: it must be TXT (UTF-8 or GB 18030), DOCX, XLSX or PDF, neither damaged nor locked.",
            [(str(error), str(error))],
        ) from error
    if len(found.lines) > _MOST_LINES:
        raise _too_long()
    return found


def _too_long() -> UsageError:
    return UsageError(
        f"文件超过 {_MOST_LINES:,} 行，不像是规划文件；请只保留规划正文和附表。",
        f"More than {_MOST_LINES:,} lines: keep the plan's text and tables only.",
    )


def _loaded(data: bytes) -> Source:
    # Each format's library loads only when such a file comes.
    if data.startswith(b"%PDF"):
        from yiyang.planning.reading.pdf import load_pdf

        return load_pdf(data)
    if data.startswith(b"PK"):
        return _of_zip(data)
    if data.startswith(_OLE):
        return _of_ole(data)
    if b"\x00" in data[:2048]:
        raise ValueError("not a text")
    if data.count(b"\n") > _MOST_LINES:
        raise _too_long()
    from yiyang.planning.reading.txt import load_txt

    return load_txt(data)


def _of_ole(data: bytes) -> Source:
    """An old workbook is read; an old or a locked Word file is refused with what to do."""
    from yiyang.planning.reading.xlsx import load_xlsx

    try:
        return load_xlsx(data)
    except ValueError:
        raise UsageError(
            "这是旧格式（.doc、.wps）或加了密码的文件；请用 Word 或 WPS 打开，另存为不加密的 DOCX 再上传。",
            "An old file (.doc, .wps) or a locked one: open it and save it as DOCX without a password.",
        ) from None


def _of_zip(data: bytes) -> Source:
    with ZipFile(BytesIO(data)) as archive:
        members = set(archive.namelist())
        text = sum(each.file_size for each in archive.infolist() if each.filename.endswith((".xml", ".rels")))
    if text > _MOST_UNPACKED:
        most = _MOST_UNPACKED >> 20
        raise UsageError(
            f"文件展开后的文字超过 {most} MB，请拆分后再载入。",
            f"Cannot read: it unpacks to more than {most} MB of text. Divide it.",
        )
    if "word/document.xml" in members:
        from yiyang.planning.reading.docx import load_docx

        return load_docx(data)
    if "xl/workbook.xml" in members:
        from yiyang.planning.reading.xlsx import load_xlsx

        return load_xlsx(data)
    raise ValueError("a ZIP archive that is neither DOCX nor XLSX")


def area_said(lines: Sequence[str], title: str) -> int | None:
    """The 12-digit code of the area that a document's title, opening or text names; None where none is clear."""
    said = [line for line in lines if line.strip()]
    return area_of(title, "\n".join(said[:_OPENING_LINES]), "\n".join(said))


class _Reading:
    """One document on its way from lines to records."""

    def __init__(self, raw: Source, slug: str, title: str, area: int | None, corrections: Sequence[Correction]) -> None:
        self.raw, self.title, self.area = raw, title, area
        self.corrections = tuple(corrections)
        self.context = Context(slug, Gazetteer(area), Settling(corrections))
        self.outline = Outline(slug)
        self.tables: list[Table] = []

    def document(self) -> Document:
        """All records of the document."""
        self._walk()
        found = Document(
            self.context.slug, self.title, self.area, issued_on(self.raw.lines), self.raw.lines,
            tuple(self.outline.blocks), tuple(self.tables), self._projects(), self._totals(), self._indicators(),
            self._tasks(), self._measures(),
        )  # fmt: skip
        return self._settled(found)

    def _walk(self) -> None:
        for item in self.raw.items:
            if isinstance(item, RawText):
                self.outline.take(item)
            else:
                self._take_table(item)

    def _take_table(self, raw: RawTable) -> None:
        for grid in grids(raw):
            before = self.outline.caption_before(grid.line, _CAPTION_REACH)
            is_boxed = is_box(before) and not any(column.title for column in grid.columns)
            caption = grid.caption or before or (self.outline.path[-1] if self.outline.path else "")
            number = len(self.tables) + 1
            table = made_table(grid, number, caption, self.outline.path, self.context, box=is_boxed)
            self.tables.append(table)
            if raw.is_guessed:
                self._doubt_columns(table)

    def _doubt_columns(self, table: Table) -> None:
        self.context.settling.settle(
            table.where, digest("columns", table.caption), "columns", "按空白推定", sure=0.5,
            what="这张表没有画线，行和列是按文字之间的空白推定的，请整表对照原文。",
        )  # fmt: skip

    def _projects(self) -> tuple[Project, ...]:
        return tuple(each for table in self._of_kind("projects") for each in projects.projects(table, self.context))

    def _totals(self) -> tuple[Total, ...]:
        of_rows = [each for table in self._of_kind("projects") for each in totals.row_totals(table, self.context)]
        return (*of_rows, *totals.text_totals(self.outline.blocks))

    def _indicators(self) -> tuple[Indicator, ...]:
        return tuple(
            each for table in self._of_kind("indicators") for each in indicators.indicators(table, self.context)
        )

    def _tasks(self) -> tuple[Task, ...]:
        context, blocks = self.context, self.outline.blocks
        comma_parts = tasks.comma_rule(blocks)
        of_tables = (tasks.table_tasks(table, context, comma_parts=comma_parts) for table in self._of_kind("tasks"))
        found = [*chain.from_iterable(of_tables), *tasks.text_tasks(blocks, context, comma_parts=comma_parts)]
        settled = tuple(tasks.settle_first(found, context))
        for task in settled:
            tasks.doubt_units(task, context)
        return settled

    def _measures(self) -> tuple[Measure, ...]:
        lists = [each for table in self._of_kind(*measures.KINDS) for each in measures.measures(table, self.context)]
        return (*lists, *(item for table in self._of_kind("boxes") for item in measures.box_items(table)))

    def _of_kind(self, *kinds: str) -> list[Table]:
        return [table for table in self.tables if table.kind in kinds]

    def _settled(self, found: Document) -> Document:
        """The corrections laid over, and the doubts that remain."""
        gazetteer, wanted = self.context.gazetteer, self.corrections
        listed, used_1 = corrected(found.projects, wanted, gazetteer)
        summed, used_2 = corrected(found.totals, wanted, gazetteer)
        promised, used_3 = corrected(found.indicators, wanted, gazetteer)
        shared, used_4 = corrected(found.tasks, wanted, gazetteer)
        other, used_5 = corrected(found.measures, wanted, gazetteer)
        used = [*self.context.settling.used, *used_1, *used_2, *used_3, *used_4, *used_5]
        return replace(
            found, projects=listed, totals=summed, indicators=promised, tasks=shared, measures=other,
            doubts=tuple(self.context.settling.doubts), corrections=tuple(each for each in wanted if each in used),
        )  # fmt: skip
