"""The platform's settings with the tests' own kind of work, for journeys that must not depend on other rooms."""

from yiyang.site.settings import *  # noqa: F403

FIELD_KINDS = {"trial": "yiyang.field.tests.trial.Trial"}
SECOND_FACTOR = False
