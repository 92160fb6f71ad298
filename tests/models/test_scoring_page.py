"""The published weights are the weights."""

import re
from pathlib import Path

from models.features import NAMES
from models.indicators import indicators

PAGE = Path(__file__).parents[2] / "docs" / "scoring.md"
ROW = re.compile(r"^\| (\w+) \| (\S+) \| ([\w-]+) \| ([+-]?[\d.]+) \|$", re.MULTILINE)


def test_the_page_tells_grade_family_and_points_of_every_feature() -> None:
    told = {
        name: (grade, family, float(points)) for name, grade, family, points in ROW.findall(PAGE.read_text("utf-8"))
    }
    table = indicators()
    assert told == {name: (table[name].grade.value, table[name].family, table[name].weight) for name in NAMES}
