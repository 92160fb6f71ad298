"""Checkpoints: signed once for each head, kept from others on the machine, and told apart where they disagree."""

import orjson
import pytest

from casework import auditlog, checkpoints, verification
from casework.checkpoints import Checkpoint
from casework.merkle import Tree, consistency, is_consistent, root
from store import audit
from store.audit import Act, Via
from store.keys import blind
from store.workspace import Workspace


def _grow(workspace: Workspace, *names: str) -> None:
    for one in names:
        audit.append(workspace, Act("ana", Via.COMMAND, "show", "ad", one))


def _lines(workspace: Workspace) -> list[dict[str, object]]:
    return [orjson.loads(one) for one in (workspace.root / checkpoints.FILE).read_bytes().splitlines()]


def _sign(workspace: Workspace, **body: object) -> None:
    """Append a line that the workspace's key signed."""
    signature = checkpoints._signer(workspace).sign(checkpoints._bytes(body)).hex()
    with (workspace.root / checkpoints.FILE).open("ab") as handle:
        handle.write(orjson.dumps({**body, "signature": signature}) + b"\n")


def _digest(workspace: Workspace, seq: int) -> str:
    with workspace.read() as connection:
        return str(list(verification.rows(connection))[seq - 1][13])


def test_a_checkpoint_of_old_is_continued_and_not_signed_again(workspace: Workspace) -> None:
    _grow(workspace, "a", "b", "c")
    _sign(workspace, seq=3, digest=_digest(workspace, 3), at="2026-05-01T00:00:00+00:00")
    assert verification.checkpoint(workspace) == Checkpoint(3, _digest(workspace, 3), "2026-05-01T00:00:00+00:00")
    assert len(_lines(workspace)) == 1
    _grow(workspace, "d")
    made = verification.checkpoint(workspace)
    assert made is not None
    assert made.root == root([bytes.fromhex(_digest(workspace, seq)) for seq in range(1, 5)]).hex()
    assert verification.verify(workspace) == verification.Verified(4, 2, None, None)


def test_two_checkpoints_that_disagree_are_told(workspace: Workspace) -> None:
    _grow(workspace, "a", "b")
    for digest in (_digest(workspace, 2), _digest(workspace, 2), "0" * 64):
        _sign(workspace, seq=2, digest=digest, at="2026-05-01T00:00:00+00:00")
    assert verification.verify(workspace) == verification.Verified(
        0, 3, 2, "two signed checkpoints disagree on event 2"
    )


def test_a_root_that_is_not_the_logs_is_found_though_the_head_is(workspace: Workspace) -> None:
    _grow(workspace, "a", "b")
    _sign(workspace, seq=2, digest=_digest(workspace, 2), root="0" * 64, at="2026-05-01T00:00:00+00:00")
    assert verification.verify(workspace).broken_seq == 2


@pytest.mark.parametrize("harm", [b"", b"{}\n", b"[]\n", b"no json\n", b'{"signature":"zz"}\n'])
def test_a_damaged_file_has_no_newest_checkpoint(workspace: Workspace, harm: bytes) -> None:
    assert checkpoints.last(workspace) is None
    (workspace.root / checkpoints.FILE).write_bytes(harm)
    assert checkpoints.last(workspace) is None
    assert list(checkpoints.read(workspace, workspace.root / "elsewhere")) == []


def test_the_newest_of_a_long_file_is_found(workspace: Workspace) -> None:
    for number in range(60):
        _grow(workspace, f"{number}")
        verification.checkpoint(workspace)
    assert (workspace.root / checkpoints.FILE).stat().st_size > checkpoints.TAIL
    newest = checkpoints.last(workspace)
    assert newest is not None
    assert (newest.seq, newest.digest) == (60, _digest(workspace, 60))
    assert [one["seq"] for one in _lines(workspace)] == list(range(1, 61))


def test_nobody_else_on_the_machine_may_read_them(workspace: Workspace) -> None:
    _grow(workspace, "a")
    verification.checkpoint(workspace)
    newest = checkpoints.last(workspace)
    assert newest is not None
    sent = checkpoints.letter(workspace, newest, 0, [bytes.fromhex(newest.digest)])
    assert sent["since"] == 0
    assert sent["proof"] == []
    checkpoints.witness(workspace, "north", sent)
    kept = workspace.root / checkpoints.WITNESSED
    assert [path.name for path in kept.iterdir()] == ["north.jsonl"]
    for path in (workspace.root / checkpoints.FILE, kept, kept / "north.jsonl"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_letter_holds_the_checkpoint_that_it_is_about(workspace: Workspace) -> None:
    for name in ("a", "b", "c"):
        _grow(workspace, name)
        verification.checkpoint(workspace)
    digests = [bytes.fromhex(_digest(workspace, seq)) for seq in (1, 2, 3)]
    _, second, _ = checkpoints.read(workspace, workspace.root / checkpoints.FILE)
    assert isinstance(second, Checkpoint)
    sent = checkpoints.letter(workspace, second, 1, digests[:2])
    assert sent["checkpoint"]["seq"] == 2
    assert sent["proof"] == [one.hex() for one in consistency(digests[:2], 1)] != []
    assert checkpoints.letter(workspace, second, 2, digests[:2])["proof"] == []


@pytest.mark.parametrize("old", [0, 4, -1])
def test_no_tree_begins_with_one_that_is_empty_or_larger(old: int) -> None:
    digests = [bytes([number]) * 32 for number in range(3)]
    with pytest.raises(ValueError, match=f"no tree of {old} leaves"):
        consistency(digests, old)
    assert not is_consistent(old, root(digests), 3, root(digests), [])


def test_a_proof_with_too_little_or_too_much_in_it_shows_nothing() -> None:
    digests = [bytes([number]) * 32 for number in range(7)]
    for old in range(1, 8):
        before, after, proof = root(digests[:old]), root(digests), consistency(digests, old)
        assert is_consistent(old, before, 7, after, proof)
        assert not is_consistent(old, before, 7, after, [*proof, b"x" * 32])
        assert not is_consistent(old, before, 7, b"x" * 32, proof)
        assert not is_consistent(old, b"x" * 32, 7, after, proof)
        if proof:
            assert not is_consistent(old, before, 7, after, proof[:-1])
            assert not is_consistent(old, before, 7, after, [])


def test_a_tree_goes_on_from_its_peaks_alone() -> None:
    digests = [bytes([number]) * 32 for number in range(11)]
    for size in range(12):
        tree = Tree()
        for one in digests[:size]:
            tree.add(one)
        assert (tree.size, len(tree.peaks)) == (size, size.bit_count())
        again = Tree(size, tree.peaks)
        for one in digests[size:]:
            again.add(one)
        assert again.root() == root(digests)
        with pytest.raises(ValueError, match="peaks"):
            Tree(size, [*tree.peaks, b"x" * 32])


def test_events_are_read_newest_first_by_whom_what_and_about_whom(workspace: Workspace) -> None:
    _grow(workspace, "a", "b")
    audit.append(
        workspace, Act("bo", Via.CONSOLE, "search", "query", "a", words="the words", case_id="12", reason="call")
    )
    _grow(workspace, "a")

    def seqs(**wanted: object) -> list[int]:
        return [one.seq for one in auditlog.events(workspace, **{"limit": 9, **wanted})]  # type: ignore[arg-type]

    assert (seqs(), seqs(limit=2), seqs(before=3)) == ([4, 3, 2, 1], [4, 3], [2, 1])
    assert (seqs(actor="bo"), seqs(action="show"), seqs(about=("ad", "a"))) == ([3], [4, 2, 1], [4, 1])
    assert [one.seq for one in auditlog.numbered(workspace, [3, 1, 9])] == [1, 3]
    [plain, told] = auditlog.numbered(workspace, [1, 3])
    assert (plain.words, plain.forgotten, told.words, told.forgotten) == (None, False, "the words", False)
    assert (told.via, told.object_kind, told.object_hash, told.case_id, told.reason) == (
        "console", "query", blind(workspace, "query:a"), "12", "call",
    )  # fmt: skip
    for key in workspace.keys.glob("audit-20*.key"):
        key.unlink()
    [gone] = auditlog.numbered(workspace, [3])
    assert (gone.words, gone.forgotten) == (None, True)
