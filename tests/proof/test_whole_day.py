"""The whole-day proof on a tiny market: every stage is measured, the split is by time, and the curve is what it says."""

from pathlib import Path

import orjson
import pytest

from proof.whole_day import STAGES, Cost, Day, curve, exponent, split, stage

pytestmark = pytest.mark.slow


def test_the_new_ads_are_the_newest(tmp_path: Path) -> None:
    old, new = split(tmp_path, seed=4, stored=150, new=50)
    times = [[orjson.loads(line)["posted_at"] for line in path.read_bytes().splitlines()] for path in (old, new)]
    assert [len(one) for one in times] == [150, 50]
    assert max(times[0]) <= min(times[1])


def test_a_cost_that_doubles_with_the_ads_has_the_exponent_one() -> None:
    assert exponent([(200, 6.0), (400, 12.0)]) == pytest.approx(1)
    assert exponent([(1, 9.0), (100, 1.0), (200, 4.0)]) == pytest.approx(2)


def test_the_line_drawn_on_says_from_where_to_where_and_what_a_cost_goes_by() -> None:
    days = [
        Day(ads, ads // 10, _costs(ads / 60), _costs((ads / 1_000) ** 2, ads // 2), 1, 1, 1, 1)
        for ads in (1_000, 10_000, 1_000_000)
    ]
    said = curve(days)
    assert said[0] == "From 10,000 to 1,000,000 stored; there n log n has the exponent 1.09."
    assert "extrapolated to 10,000,000" in said[2]
    assert [one.size_of("read") for one in days] == [100, 1_000, 100_000]
    assert [one.size_of("score") for one in days] == [500, 5_000, 500_000]
    assert days[0].size_of("alerts") == 100 + days[0].alerts
    assert "| read | 1.00 | 2777.8 | 2.00 | new ads | 3750000.0 |" in said
    assert "| score | 1.00 | 2777.8 | 2.00 | documents touched | 3750000.0 |" in said


def _costs(cpu: float, documents: int = 0) -> dict[str, Cost]:
    return dict.fromkeys(STAGES, Cost(1, cpu, 1, f"{documents} documents"))


def test_a_stage_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    _, new = split(tmp_path, seed=4, stored=150, new=40)
    cost = stage(tmp_path / "workspace", "import", new)
    assert cost.said == "{'ads': 40, 'new': 40}"
    assert cost.cpu >= 0
    assert cost.peak > 10
