"""The lines by which a terminal shows where a group was and what its templates are."""

from indexer.movement_lines import circuit_line, conflict_line, stay_line, template_texts

STAY = {"name": "Dover", "first": "2026-03-01", "last": "2026-03-04", "ads": 1, "reposts": 0, "bumps": 2}
CONFLICT = {
    "kind": "too fast",
    "ads": ["s:a", "s:b"],
    "places": ["Dover", "Salem"],
    "at": ["2026-03-01T10:01:00+00:00", "2026-03-01T11:01:00+00:00"],
    "kilometres": 3_912.4,
    "hours": 4.2,
    "least": 5.85,
    "names": [],
}


def test_a_stay_tells_reposts_and_bumps_only_where_there_are_any() -> None:
    assert stay_line(STAY) == "Dover: 2026-03-01 to 2026-03-04, 1 ad (2 bumps)"
    assert stay_line({**STAY, "ads": 3, "reposts": 1, "bumps": 0}).endswith("3 ads (1 repost)")
    assert stay_line({**STAY, "bumps": 0}).endswith(", 1 ad")


def test_a_conflict_tells_the_ads_the_way_and_the_time() -> None:
    assert conflict_line(CONFLICT) == (
        "too fast: Dover and Salem, 3,912 km, at most 4.2 h between them, the way takes 5.8 h, under no common name: "
        "s:a 2026-03-01T10:01, s:b 2026-03-01T11:01"
    )
    both = conflict_line({**CONFLICT, "kind": "in two places at once", "least": 0.0, "names": ["ana"]})
    assert "3,912 km, 4.2 h, under the name ana" in both


def test_a_circuit_tells_the_towns_in_order_and_who_went_when() -> None:
    stays = [
        {"first": "2026-03-01T00:00", "last": "2026-03-02T00:00"},
        {"first": "2026-03-05", "last": "2026-03-07T00:00"},
    ]
    one = {"places": [{"name": "Dover"}, {"name": "Salem"}], "riders": [{"group_id": "g1", "stays": stays}]}
    assert circuit_line(one) == "Dover → Salem: 1 groups: g1 2026-03-01 to 2026-03-07"


def test_a_template_marks_its_slots_with_kind_and_fills() -> None:
    slot = {"slot": ["name"], "fills": [{"words": "ana", "ads": ["s:a", "s:b"]}, {"words": "", "ads": ["s:c"]}]}
    found = {
        "templates": [{"ads": 9, "looked": 3, "wordings": 2, "strays": 1, "parts": [{"text": "my name is"}, slot]}]
    }
    head, text = template_texts(found)
    assert head.plain == "  9 ads, 2 wordings, 3 looked at, 1 with words of their own"
    assert text.plain == "  my name is [name: ana ×2 | nothing ×1] "
    assert [text.plain[span.start : span.end] for span in text.spans] == ["[name: ana ×2 | nothing ×1]"]
