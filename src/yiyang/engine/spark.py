"""The Spark reader: the same steps, the same SQL text, on one machine or a cluster.

Loaded on use only: PySpark and Java are an extra. ANSI mode stays on, so that an integer that overflows is an error,
as it is in DuckDB, and never a wrong amount.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from yiyang.base.errors import MissingPart
from yiyang.engine.pipeline import Step

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Failures only; they go where Java's standard error goes, which is the log file of the scratch folder.
LOG4J = """
rootLogger.level = error
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c: %m%n
"""


class SparkBackend:
    """Runs steps on one Spark session; tables are temporary views, kept in memory and then on disk.

    Args:
        memory: the driver's heap, which in local mode is everything, for example "2g".
        spill: folder for shuffles and what does not fit; a temporary one by default.
        threads: tasks at a time in local mode; None = all processors.
        master: a cluster's address; None = local mode.

    Raises:
        MissingPart: PySpark or Java 17 is not there.
    """

    name = "spark"

    def __init__(
        self, *, memory: str = "2g", spill: Path | None = None, threads: int | None = None, master: str | None = None
    ) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="yiyang-spark-", dir=spill))
        self._kept: dict[str, DataFrame] = {}
        try:
            self.session = _session(self._scratch, memory, threads or os.cpu_count() or 2, master)
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    def run(self, step: Step) -> None:
        frame = self.session.sql(step.sql)
        self._name(step.name, frame.persist() if step.keep else frame)

    def fetch(self, sql: str) -> pa.Table:
        return self.session.sql(sql).toArrow()

    def put(self, name: str, table: pa.Table) -> None:
        self._name(name, self.session.createDataFrame(table).persist())

    def read_parquet(self, name: str, path: Path) -> None:
        """A view over one Parquet file, a folder of parts or a glob."""
        self._name(name, self.session.read.parquet(str(path)))

    def write_parquet(self, sql: str, path: Path) -> None:
        """The query's answer as a folder of Parquet parts; with ORDER BY, in the order of their names."""
        self.session.sql(sql).write.parquet(str(path), mode="overwrite", compression="zstd")
        for checksum in path.glob(".*.crc"):
            checksum.unlink()

    def count(self, name: str) -> int:
        """Rows of a table; makes it, since Spark makes a step's table only when it is read."""
        return self.session.table(name).count()

    def close(self) -> None:
        """Stop the session and remove what it spilled."""
        self._kept.clear()
        with suppress(Exception):
            self.session.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _name(self, name: str, frame: DataFrame) -> None:
        if before := self._kept.pop(name, None):
            before.unpersist()
        frame.createOrReplaceTempView(name)
        self._kept[name] = frame


def _session(scratch: Path, memory: str, threads: int, master: str | None) -> SparkSession:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("PySpark") from None
    builder = SparkSession.builder.appName("yiyang").master(master or f"local[{threads}]")
    for key, value in _settings(scratch, memory, threads).items():
        builder = builder.config(key, value)
    log = scratch / "spark.log"
    try:
        with _stderr_to(log):
            return builder.getOrCreate()
    except Exception as error:
        # Without Java PySpark raises one of half a dozen errors; the log has the shell's sentence.
        raise _missing(f"Java 17 ({_first_line(log) or error})") from error


def _settings(scratch: Path, memory: str, threads: int) -> dict[str, str]:
    """Nothing is downloaded and no port is open to other machines."""
    log4j = scratch / "log4j2.properties"
    log4j.write_text(LOG4J)
    return {
        "spark.driver.memory": memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log4j.as_uri()}",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * threads),
        "spark.sql.autoBroadcastJoinThreshold": "64m",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    }


@contextmanager
def _stderr_to(log: Path) -> Iterator[None]:
    """Java inherits the process's standard error as it is when it starts: that becomes the log."""
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with log.open("wb") as out:
            os.dup2(out.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _first_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[0] if lines else ""


def _missing(what: str) -> MissingPart:
    return MissingPart(
        f"Spark 无法启动，缺少 {what}。请运行 pip install 'yiyang[spark]' 并安装 Java 17"
        "（Debian：apt-get install openjdk-17-jre-headless），或改用 --engine duckdb。",
        f"Spark cannot start: {what} is missing. Run pip install 'yiyang[spark]' and install Java 17 "
        "(Debian: apt-get install openjdk-17-jre-headless), or use --engine duckdb.",
    )
