# facts.py EVENTS PIDS SCENARIO... - what the events of these scenarios say, one line
# each, without what may differ between two runs (times, IDs, random values).
import json, sys

runs = {}
for line in open(sys.argv[2]):
    run = json.loads(line)
    if run["scenario"] in sys.argv[3:]:
        runs[run["port"]] = run

def get(event, path):
    for part in path.split("."):
        if not isinstance(event, dict) or part not in event: return None
        event = event[part]
    return event

lines = []
for e in map(json.loads, open(sys.argv[1])):
    run = runs.get(get(e, "server.port"))
    if not run or get(e, "tls.finding.code") == "handshake-slow":
        continue
    role, pid = get(e, "tlstrace.role"), get(e, "process.pid")
    facts = [run["scenario"], e["event"]["action"], role,
             "owner" if pid == run.get(role) else f"not the owner: {pid}"]
    for path in ("tls.version", "tls.cipher", "tls.established", "tls.client.server_name"):
        facts.append(get(e, path))
    if e["event"]["action"] == "tls-finding":
        facts.append(get(e, "tls.finding.code"))
    if e["event"]["action"] == "tls-alert":
        facts += [get(e, "tls.alert." + k) for k in ("level", "description", "sender", "direction")]
    if e["event"]["action"] == "tls-connection":
        facts += [get(e, "tls.close"), get(e, "tls.gaps")]
        for side in ("client", "server"):
            facts += [get(e, f"tls.records.{side}.{k}")
                      for k in ("count", "bytes", "application_data.count")]
    lines.append(" ".join(map(str, facts)))
print("\n".join(sorted(lines)))
