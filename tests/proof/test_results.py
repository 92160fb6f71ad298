"""The one command of all proofs: its rows are commands that are there, and a row says honestly whether a proof held."""

import importlib.util

import pytest

from proof.results import PROOFS, SIZES, Proof, head, row
from proof.soak import Look, slope


def test_every_proof_names_a_module_that_is_there() -> None:
    for proof in PROOFS.values():
        assert all(importlib.util.find_spec(proof.command(size, 1)[0]) for size in SIZES)


def test_the_head_says_seed_commit_machine_and_date() -> None:
    said = "".join(head("small", 7))
    assert said.startswith("Size small, seed 7, commit ")
    assert " UTC, " in said
    assert " cores, " in said


@pytest.mark.slow
def test_a_row_says_whether_the_proof_held() -> None:
    line, _, held = row(Proof("no such", "proof.fuzz", "no-such-reader", "", ""), "small", 1)
    assert not held
    assert "**did not hold**" in line


def test_the_slope_of_memory_is_by_the_minute() -> None:
    assert slope([Look(minute, 100 + 2.0 * minute, 9, 0, 0.0, {}) for minute in range(5)]) == 2.0
