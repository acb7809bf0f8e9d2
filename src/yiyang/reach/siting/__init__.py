"""Where to build: maximal covering, p-median, and which size in which year under a budget. Pure, without Django.

What other parts use: `covering.Covering` and `cover`, `median.Median` and `locate`, `phased.Phased` and `phase`, all
answering with `answer.Answer`; `checking.check` recomputes every answer; `questioning.question`
asks what fixed projects cost.
"""
