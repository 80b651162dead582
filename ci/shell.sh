#!/usr/bin/env bash
# The same anywhere a shell is: PARTS parts of the cases side by side, their records put together, and one answer.
#   PROOFMARK_TARGET_URL=http://127.0.0.1:8080 ci/shell.sh [OUT] [ARGUMENT...]
# Further arguments (--spec, --cases, --waivers, …) go to the parts and to the whole alike.
set -uo pipefail
program="${PROOFMARK:-proofmark}"
parts="${PARTS:-3}"
out="${1:-proofmark-report}"
shift || true
mkdir -p "$out/parts"

for number in $(seq "$parts"); do
  "$program" run --shard "$number/$parts" --record "$out/parts/$number" "$@" \
    >"$out/part-$number.txt" 2>&1 &
done
# What a part comes to is said by the whole; what it could not do is in its text.
wait

"$program" merge "$out"/parts/* --into "$out/record" || { cat "$out"/part-*.txt; exit 2; }
"$program" judge "$out/record" "$@" \
  --verdicts "$out/verdicts.json" --report "junit=$out/junit.xml" --report "html=$out/index.html"
