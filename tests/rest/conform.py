"""Sends an exchange what Schemathesis makes up from the description it serves of itself: right requests,
wrong ones, and chains of them. A 5xx, or an answer that the description does not have, fails the run.

    conform.py COUNT      with the exchange in BASE_URL; run by scripts/rest-conformance

It runs in rounds, each with a seed of its own, as everybody in turn: a sender system, a receiver system
and people, until COUNT requests were sent.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import sign_in

BASE = os.environ["BASE_URL"]
CHECKS = ",".join([
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
])
FIRST_SEED = 20261123
PYTHONS_OWN = "AST constructor recursion depth mismatch"
# Who leads a programme calls its operations alone, and a stranger is let in nowhere; everybody else calls
# the rest. Otherwise most calls of a quick look would be of programmes that somebody is not in.
PROGRAMMES = "^/programmes"
LEADS, STRANGER = "project manager", "receiver system"
# Rounds at most, whatever COUNT says.
ROUNDS_LIMIT = 1000


def get(path):
    with urllib.request.urlopen(BASE + path) as answer:
        return json.load(answer)


def everybody():
    """Who can ask: a name, and how to get the Authorization header of each."""
    country = get("/testing/country")
    actors = {}
    for system in (s for o in country["organisations"] for s in o["systems"]):
        kind = "sender system" if "SENDER" in system["systemTypes"] else "receiver system"
        actors.setdefault(kind, lambda header=system["authorization"]: header)
    authority = country["organisations"][0]["cvr"]
    citizen = next(p["cpr"] for p in country["people"] if p["status"] == "REGISTERED")
    # The invented country's first authority has a programme that its administrator leads.
    actors[LEADS] = lambda: "Bearer " + sign_in.token(BASE, authority, "administrator")
    for number, role in [
        (citizen, "own"),
        (authority, "administrator"),
        (authority, "case-worker"),
        (authority, "system-manager"),
    ]:
        # A new token for each round: one is good for thirty minutes.
        actors[role] = lambda number=number, role=role: "Bearer " + sign_in.token(BASE, number, role)
    return actors


def run(name, authorization, seed, wanted, folder):
    """One round: its report as JSON, and what it printed."""
    # A quick look sends a little as everybody; a long one goes through every bound of every field too.
    phases, examples = ("fuzzing,stateful", 8) if wanted < 50_000 else ("coverage,fuzzing,stateful", 40)
    report = folder / f"{name}-{seed}.json"
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
        BASE + "/api/openapi.json",
        "--header", "Authorization:" + authorization,
        "--checks", CHECKS,
        "--phases", phases,
        "--max-examples", str(examples),
        "--seed", str(seed),
        "--workers", "1",
        "--continue-on-failure",
        "--no-shrink",
        "--suppress-health-check", "all",
        "--request-timeout", "30",
        "--warnings", "off",
        "--report", "json", "--report-json-path", str(report),
    ]
    # What would take the ground away from under the other rounds.
    apart = ["^/testing/(reset|snapshots|clock|faults)"]
    if name == LEADS:
        command += ["--include-path-regex", PROGRAMMES]
    elif name != STRANGER:
        apart.append(PROGRAMMES)
    command += ["--exclude-path-regex", "|".join(apart)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)
    try:
        return json.loads(report.read_text()), ended.stdout
    except (OSError, ValueError):
        return None, ended.stdout


def has_findings(report):
    """Whether an answer was wrong, or none came. Python 3.11 itself fails now and then while a request is
    made up (an issue of its `ast.parse`); that request is not sent, and says nothing about the exchange."""
    cases = report["test_cases"]
    errors = [e for e in report["errors"] if PYTHONS_OWN not in json.dumps(e)]
    return bool(cases["with_failures"] or errors or not report["complete"])


def main(wanted):
    actors = everybody()
    sent, rounds, failures = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        while rounds < len(actors) or (sent < wanted and rounds < ROUNDS_LIMIT):
            name = list(actors)[rounds % len(actors)]
            seed = FIRST_SEED + rounds
            report, text = run(name, actors[name](), seed, wanted, pathlib.Path(folder))
            rounds += 1
            if report is None:
                print(text)
                return 70
            cases = report["test_cases"]["generated"]
            sent += cases
            print(f"round {rounds} as {name}, seed {seed}: {cases} requests, {sent} of {wanted}", flush=True)
            if has_findings(report):
                failures += 1
                print(text)
    print(f"{sent} requests in {rounds} rounds as {', '.join(actors)}: {failures} rounds with findings")
    print(f"{1 if failures == 0 else 0} passed, {failures} failed")
    return 1 if failures or sent < wanted else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
