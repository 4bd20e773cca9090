#!/bin/bash
# faults.sh [POINTS]: the fault tests at full length, with POINTS (40) points of each command's run, on the program that `make build` leaves. They kill it,
# let system calls fail, fill its disk, cut its power and run it many times at once; the last line sums up what was done and what was
# found. Continuous integration runs the same tests with fewer points. Needs root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
status=0
dotnet build tests/Interop.Tests --nologo --verbosity quiet
FAULTS=${1:-40} FAULTS_COUNTS=$counts dotnet test tests/Interop.Tests --no-build --nologo --filter FullyQualifiedName~Interop.Tests.Faults || status=1
if ((status)); then echo "the tests failed: see above"; fi
awk -F '\t' '
    { sum[$2] += $1 }
    END {
        split("kills,injected errors,full disks,power losses,commands of a crowd,lost,half-done,left over,unclear", names, ",")
        for (i = 1; i in names; i++) line = line (i > 1 ? ", " : "") sum[names[i]] + 0 " " names[i]
        print "faults: " line
    }' "$counts"
exit $status
