#!/usr/bin/env bash
# Runs ripgrep and doorward alternately over a tree, and prints the median wall time, CPU time and peak memory of both.
#
#   benches/compare.sh [TREE]        the default tree is cargo's folder of crate sources
#
# ripgrep looks for a word that hardly any file holds: about the least that any program does which reads the whole tree.
set -euo pipefail
export LC_ALL=C

readonly rounds=5
readonly short_rounds=20
readonly project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly tree="${1:-${CARGO_HOME:-$HOME/.cargo}/registry/src}"

fail() {
    printf 'compare: %s\n' "$1" >&2
    exit 2
}

[[ -n ${EPOCHREALTIME:-} ]] || fail 'bash 5 or later is needed'
[[ -e $tree ]] || fail "$tree: no such file or folder"
command -v rg >/dev/null || fail 'ripgrep (rg) is not installed'
/usr/bin/time -q -f '%M' true 2>/dev/null || fail 'GNU time (/usr/bin/time) is not installed'

cargo build --release --locked --quiet --manifest-path "$project/Cargo.toml"
readonly doorward="${CARGO_TARGET_DIR:-$project/target}/release/doorward"

readonly work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Runs a command and appends its wall time in milliseconds, CPU time in milliseconds and peak memory in KiB to a file.
# Findings, and a search without a hit, end with an exit code of 1 or 3; from 4 on, and for 2, something went wrong.
measure() {
    local results=$1 begin end code=0
    shift
    begin=$EPOCHREALTIME
    /usr/bin/time -q -o "$work/time" -f '%U %S %M' "$@" >/dev/null 2>"$work/stderr" || code=$?
    end=$EPOCHREALTIME
    if [[ $code -ne 0 && $code -ne 1 && $code -ne 3 ]]; then
        # ripgrep also ends with 2 when it could not read some file.
        [[ $code -eq 2 && $1 == rg ]] || fail "$1 ended with $code: $(tail -n 1 "$work/stderr")"
    fi
    awk -v begin="$begin" -v end="$end" '{ printf "%.1f %.0f %d\n", (end - begin) * 1000, ($1 + $2) * 1000, $3 }' "$work/time" >>"$results"
}

# The median of a column of a file of results.
median() {
    cut -d' ' -f"$2" "$1" | sort -n | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

run_rg() {
    measure "$1" rg -c --no-ignore -uu zzqqxx "$tree"
}

run_doorward() {
    measure "$1" "$doorward" --no-ignore -f concise "$tree" -o /dev/null
}

printf 'tree: %s\n' "$tree"
run_rg "$work/warm-up"
run_doorward "$work/warm-up"
printf '%s\n' "$(tail -n 1 "$work/stderr")"
for ((round = 0; round < rounds; round++)); do
    run_rg "$work/rg"
    run_doorward "$work/doorward"
done

printf '\nmedians of %d runs\n%-10s %12s %12s %14s\n' "$rounds" '' 'wall ms' 'CPU ms' 'peak KiB'
for tool in rg doorward; do
    printf '%-10s %12s %12s %14s\n' "$tool" "$(median "$work/$tool" 1)" "$(median "$work/$tool" 2)" "$(median "$work/$tool" 3)"
done
printf '%-10s' 'ratio'
for column in 1 2 3; do
    awk -v ours="$(median "$work/doorward" "$column")" -v theirs="$(median "$work/rg" "$column")" -v width="$((column == 3 ? 15 : 13))" \
        'BEGIN { if (theirs > 0) printf "%*.2f", width, ours / theirs; else printf "%*s", width, "-" }'
done
printf '\n'

for ((round = 0; round < short_rounds; round++)); do
    measure "$work/short" "$doorward" -f concise "$project/src/lib.rs" -o /dev/null
done
printf '\none file, median of %d runs: %s ms\n' "$short_rounds" "$(median "$work/short" 1)"
