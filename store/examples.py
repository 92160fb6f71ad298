"""An example for each command whose own help has none; `--help` shows it."""

EXAMPLES = """
approvals answer 3 --why "checked against the order"
approvals list
audit checkpoint
audit list --limit 20
audit verify --checkpoints /media/copy/audit-checkpoints.jsonl
audit witness other-agency checkpoints.jsonl
backup /backups/2026-05-01
captures index > index.cdxj
captures show 5f0c1a > page.html
captures verify
card scorecard
cases close 4 --why "handed to the prosecutor"
cases handover 4 bea --why "on leave"
cases list
cases undo 4 2 --why "added by mistake"
compare challenger-1 scorecard
crawl harbor
daily
deconflict compare --key shared.key
deconflict key shared.key
deconflict take theirs.jsonl --key shared.key
demo --ads 500 --workspace demo
disclose group g0123 disclosure --reason "order 12/26"
drift
entry claim g0123
entry release g0123
entry wake g0123
evaluate scorecard
export publish
export stamp-query pack query.tsq
export verify pack
feed make feed.jsonl --agency other-agency
feed read feed.jsonl --key shared.key
group g0123
hashes forget 2 --reason "withdrawn by its owner"
hashes list
hashes load known.json --name known
import ads ads.jsonl more.csv
import warc pages.warc.gz
index rebuild
index reconcile
index status --json
labels agreement
labels count
labels import labels.jsonl
labels weak weak.jsonl
link readings.jsonl links.jsonl
market make market --ads 2000 --seed 7
market serve market
notebook
prepare-report 4 ES report --reason "request 7"
process
promote challenger-1
purge --finish
retention holds
retention proof
retention release 2
schedule --show
score groups.jsonl scores.jsonl
search 'phone:2025550143 OR "new in town"' --limit 5
settings
show harbor:12345678
sites check harbor
sites list
sites new harbor --from https://harbor.example/ads
sites report harbor
style suggest g0123
style train
teams list
train
users about bea
users disable bea
users factor bea
users link bea 00u1a2b3
users list
users password bea
users role bea --role supervisor
watches canary
watches channels again 12
watches channels end 2
watches channels list
watches channels mute 2
watches end 5
watches inbox
watches ledger 5
watches list
watches mute 5
watches prove
watches run
why harbor:12345678 lantern:k4f2
"""


def example_of(command: str) -> str | None:
    """The example of a command such as "watches list"; None where there is none."""
    return _BY_COMMAND.get(command)


def _command(line: str) -> str:
    """The words of a line that name its command."""
    words = line.split()
    groups = {"approvals", "audit", "captures", "cases", "deconflict", "entry", "export", "feed", "hashes", "import", "index",
              "labels", "market", "retention", "sites", "style", "teams", "users", "watches"}  # fmt: skip
    depth = 1 if words[0] not in groups else 3 if words[:2] == ["watches", "channels"] else 2
    return " ".join(words[:depth])


_BY_COMMAND = {_command(line): line for line in EXAMPLES.strip().splitlines()}
