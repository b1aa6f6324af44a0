"""`make bench`: the table on the screen, and the same as JSON in bench/results."""

import json
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import many, rush
from bench.acts import measure
from bench.ground import ground

RESULTS = Path(__file__).parent / "results"
HEADS = ("act", "median ms", "p95 ms", "statements", "bare psycopg ms", "ratio")
LIMITS = {"enroll a patient with the full schedule": (15, 50.0)}  # statements, milliseconds
RATIOS = {"enroll a patient with the full schedule": 2.5}  # times the bare rows of the same run


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="rems-bench-") as folder:
        Path(folder).chmod(0o755)
        with ground(Path(folder)) as (app, where):
            rows, wholes = measure(app, where), many.measure(app, where)
            with app.app_context():
                rushed = rush.measure(app)
    lines = [
        (r.act, f"{r.median_ms:.1f}", f"{r.p95_ms:.1f}", str(r.statements), f"{r.bare_ms:.1f}", f"{r.ratio:.1f}")
        for r in rows
    ]
    widths = [max(len(line[i]) for line in (HEADS, *lines)) for i in range(len(HEADS))]
    for line in (HEADS, *lines):
        print(
            "  ".join(v.ljust(w) if i == 0 else v.rjust(w) for i, (v, w) in enumerate(zip(line, widths, strict=True)))
        )
    print()
    for whole in wholes:
        print(f"{whole.act}: {whole.seconds:.4f} s, limit {whole.limit:g} s")
    print(f"{rushed.act}: exactly one served in {rushed.right} of {rushed.runs} runs, {rushed.seconds:.1f} s")
    moment = datetime.now(UTC)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{moment:%Y%m%d-%H%M%S}.json"
    about = {
        "at": moment.isoformat(),
        "python": platform.python_version(),
        "rows": [r.as_json() for r in rows],
        "wholes": [w.as_json() for w in wholes],
        "rushed": rushed.as_json(),
    }
    file.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")
    over = [
        r.act for r in rows if r.act in LIMITS and (r.statements > LIMITS[r.act][0] or r.median_ms > LIMITS[r.act][1])
    ]
    for act in over:
        print(f"over its limit of {LIMITS[act][0]} statements and {LIMITS[act][1]:.0f} ms: {act}", file=sys.stderr)
    dear = [r for r in rows if r.ratio > RATIOS.get(r.act, r.ratio)]
    for r in dear:
        print(f"over {RATIOS[r.act]} times bare psycopg: {r.act}", file=sys.stderr)
    slow = [whole for whole in wholes if whole.seconds > whole.limit]
    for whole in slow:
        print(f"over its limit of {whole.limit:g} s: {whole.act}", file=sys.stderr)
    return 1 if over or dear or slow or rushed.right < rushed.runs else 0


sys.exit(main())
