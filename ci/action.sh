#!/usr/bin/env bash
# What the action does between building and uploading: one run with all its reports in one folder, and its answer as
# outputs. Its inputs are the variables that proofmark reads itself (PROOFMARK_TARGET_URL, PROOFMARK_SPEC, …), and:
#   PROOFMARK            the program [default: proofmark]
#   PROOFMARK_OUT        the folder of the reports [default: proofmark-report]
#   PROOFMARK_ARGUMENTS  further arguments of `proofmark run`, one a line
set -uo pipefail

# An input that was left out comes as an empty text, and means nothing.
for name in $(compgen -v PROOFMARK_); do
  [ -n "${!name}" ] || unset "$name"
done
program="${PROOFMARK:-proofmark}"
out="${PROOFMARK_OUT:-proofmark-report}"
mkdir -p "$out"

arguments=()
while IFS= read -r line; do
  [ -z "$line" ] || arguments+=("$line")
done <<<"${PROOFMARK_ARGUMENTS:-}"

code=0
"$program" run \
  --record "$out/record" \
  --verdicts "$out/verdicts.json" \
  --report "junit=$out/junit.xml" \
  --report "sarif=$out/proofmark.sarif" \
  --report "html=$out/index.html" \
  --report "json=$out/report.json" \
  --report github \
  ${arguments[@]+"${arguments[@]}"} || code=$?

case "$code" in
  0) answer=conforms ;;
  1) answer=does-not-conform ;;
  2) answer=wrong-input ;;
  3) answer=could-not-tell ;;
  4) answer=nothing-tested ;;
  *) answer=interrupted ;;
esac
{
  echo "exit-code=$code"
  echo "answer=$answer"
  echo "report=$out/index.html"
} >>"${GITHUB_OUTPUT:-/dev/stdout}"
exit "$code"
