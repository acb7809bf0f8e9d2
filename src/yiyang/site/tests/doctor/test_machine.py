"""What the doctor says of the machine."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import shutil
import socket
from datetime import UTC, datetime
from unittest import mock

import psutil
import pytest

from yiyang.catalog import pdf
from yiyang.site.doctor import machine
from yiyang.site.doctor.finding import OK, WARNING, WRONG, Place
from yiyang.site.tests.doctor.judging import judge


def test_an_old_python(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(machine.python, home)[0] == OK
    monkeypatch.setattr(machine, "_OLDEST_PYTHON", (9, 0))
    assert judge(machine.python, home)[0] == WRONG


def test_a_missing_package_and_one_of_another_version(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ["typer>=0.1", "rich>=999", 'no-such-package; extra == "web"', 'nor-this; extra == "spark"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: needs)
    state, says = judge(machine.packages, home)
    assert state == WRONG
    assert "rich" in says
    assert "no-such-package ✗" in says
    assert "nor-this" not in says
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: needs[:1])
    assert judge(machine.packages, home)[0] == OK


@pytest.mark.parametrize(("free", "state"), [(100, OK), (10, WARNING), (0.5, WRONG)])
def test_a_disk_that_fills(home: Place, monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    usage = mock.Mock(free=free * 2**30)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert judge(machine.disk, Place(home.data / "not" / "there"))[0] == state


@pytest.mark.parametrize(("total", "state"), [(16, OK), (3, WARNING), (1, WRONG)])
def test_a_small_memory(home: Place, monkeypatch: pytest.MonkeyPatch, total: int, state: str) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: mock.Mock(total=total * 2**30))
    assert judge(machine.memory, home)[0] == state


def test_clocks_that_disagree_a_clock_never_set_and_another_zone(home: Place) -> None:
    home.zone = "+0800"
    assert judge(machine.clock, home)[0] == OK
    home.zone = "+0000"
    assert judge(machine.clock, home)[0] == WARNING
    home.app = mock.Mock()
    home.app.execute().fetchall.return_value = [(datetime.now(UTC).timestamp() - 90,)]
    assert "90 s apart" in judge(machine.clock, home)[1]
    home.now = datetime(1970, 1, 2, tzinfo=UTC)
    assert judge(machine.clock, home)[0] == WRONG


def test_no_chinese_font(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "has_chinese_font", lambda: True)
    assert judge(machine.chinese_font, home)[0] == OK
    monkeypatch.setattr(pdf, "has_chinese_font", lambda: False)
    assert judge(machine.chinese_font, home)[0] == WARNING


def test_no_pango(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: name)
    assert judge(machine.pango, home)[0] == OK
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    assert judge(machine.pango, home)[0] == WARNING


def test_a_port_that_another_program_has_or_yiyang_itself(home: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        home.port = other.getsockname()[1]
        assert judge(machine.port, home)[0] == WRONG
        monkeypatch.setattr(machine, "_answers", lambda port: True)
        assert "Yiyang runs" in judge(machine.port, home)[1]
    assert judge(machine.port, home) == (OK, f"Port {home.port} is free")
