from __future__ import annotations

import pickle

from yiyang.base.errors import ConditionError, PolicyError, YiyangError


def test_an_error_reads_as_its_sentence_and_all_its_problems() -> None:
    error = PolicyError("清单有误。", "The list is wrong.", [("第3行", "line 3"), ("第9行", "line 9")])
    assert str(error) == "The list is wrong.\n  · line 3\n  · line 9"


def test_an_error_without_problems_is_one_line() -> None:
    assert str(YiyangError("错", "Wrong.")) == "Wrong."


def test_an_error_comes_whole_out_of_another_process() -> None:
    error = ConditionError("未知事实", "Unknown fact", [("甲", "a")])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is ConditionError
    assert (again.zh, again.en, again.problems) == ("未知事实", "Unknown fact", (("甲", "a"),))


def test_a_condition_error_is_a_policy_error_and_exits_alike() -> None:
    assert ConditionError.exit_code == PolicyError.exit_code == 3
