"""One plan in four formats: the same contradiction is told, and the mended plan is silent in all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yiyang.planning.coherence import check
from yiyang.planning.reading import read
from yiyang.planning.tests.reading.rendering import Sheet, Spanning, docx, txt, xlsx

HEAD = ("序号", "项目名称", "建设年限", "建设地点", "建设规模", "新增床位（张）", "总投资（万元）", "责任单位")


def sheet(places: int) -> Sheet:
    """Two projects and their total of 500 beds."""
    return Sheet(
        head=HEAD,
        rows=(
            ("1", "竹阳街道照护楼项目", "2024", "竹阳街道", "新建床位300张", "300", "4800", "县民政局"),
            ("2", "周家镇养老中心项目", "2025", "周家镇", "新建养老楼", str(places), "3200", "县民政局"),
            Spanning("合计", ("500", "8000", "")),
        ),
        above=("大竹县养老服务试编规划", "重大项目清单"),
    )


@pytest.mark.parametrize("render", [txt, docx, xlsx])
def test_a_wrong_total_is_told_in_every_format(render: Callable[[Sheet], bytes]) -> None:
    assert check([read(render(sheet(200)), area=511724000000)]).contradictions == ()
    (told,) = check([read(render(sheet(210)), area=511724000000)]).contradictions
    assert (told.check, told.kind) == ("totals", "places")
    assert [each.text for each in told.figures] == ["500张", "510张"]
