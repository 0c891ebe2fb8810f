#!/usr/bin/env bash
# Certify a conv2d in CI: run, verify the report, make a badge, compare with an earlier report.
#
#   TARGET      what is examined, as in `conv2d-conformance run TARGET`
#   ARGUMENTS   more words of `run`, as in "--profile training --deviations known.toml"
#   REPORT      where the report goes (conv2d-report.json)
#   BADGE       where the badge goes (conv2d-badge.svg)
#   BASELINE    a report to compare with, as that of the last release; may be absent
#
# The exit status is that of `run` or, where that is 0, 1 if anything is worse than in BASELINE.
set -euo pipefail

: "${TARGET:?names what is examined, as in TARGET=my_conv.py:conv2d}"
report=${REPORT:-conv2d-report.json}
badge=${BADGE:-conv2d-badge.svg}
summary=${GITHUB_STEP_SUMMARY:-/dev/stdout}
read -r -a arguments <<<"${ARGUMENTS:-}"

status=0
conv2d-conformance run "$TARGET" "${arguments[@]}" --output "$report" || status=$?
case $status in
0 | 1 | 4) ;;             # there is a whole report
*) exit "$status" ;;
esac

conv2d-conformance verify "$report"
conv2d-conformance badge "$report" >"$badge"

worse=0
if [[ -n ${BASELINE:-} ]]; then
    conv2d-conformance diff "$BASELINE" "$report" --format markdown >>"$summary" || worse=$?
fi
exit $((status ? status : worse))
