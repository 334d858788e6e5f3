#!/usr/bin/env bash
# Measures what the go command costs in three layouts of the same code: one module, a workspace of modules, and these modules without the
# workspace. Prints the median of RUNS runs: seconds on the clock, and seconds of processor time, which other work on the machine changes less.
#   measure.sh STAGE [RUNS]
set -euo pipefail

stage=$1
runs=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
parts=(gen platform paymentsim inventory wallet order gateway)
unit=(platform/errs platform/idempotency platform/pagination platform/parallel order/internal/domain inventory/internal/domain wallet/internal/domain)
mkdir "$work/one"
cp -R "$stage/go.mod" "$stage/go.sum" "${parts[@]/#/$stage/}" "$work/one"
"$here/split.sh" "$stage" "$work/split"

# go_in LAYOUT COMMAND PATTERN… runs a go command over directories of all parts. A directory is built or tested with all below it.
go_in() {
	local layout=$1 command=$2 part directories patterns
	shift 2
	patterns=("${@/#/./}")
	patterns=("${patterns[@]/%//...}")
	case $layout in
	one) (cd "$work/one" && GOWORK=off go $command "${patterns[@]}") ;;
	workspace) (cd "$work/split" && GOWORK=$work/split/go.work go $command "${patterns[@]}") ;;
	own) # one command for each module that is asked for
		for part in "${parts[@]}"; do
			directories=()
			for d in "$@"; do
				case $d in
				"$part") directories+=(./...) ;;
				"$part"/*) directories+=("./${d#*/}/...") ;;
				esac
			done
			[ ${#directories[@]} = 0 ] || (cd "$work/split/$part" && GOWORK=off go $command "${directories[@]}")
		done
		;;
	esac
}

# edit FILE changes a file of both copies so that what imports it must be compiled again.
edit() {
	count=$((${count:-0} + 1))
	for copy in one split; do
		sed -i '/^const Measured = /d' "$work/$copy/$1"
		echo "const Measured = $count" >>"$work/$copy/$1"
	done
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# measure NAME RUNS FILE LAYOUT… -- COMMAND PATTERN…: FILE is edited before each run, - is none.
measure() {
	local name=$1 times=$2 file=$3 layouts=() layout
	shift 3
	while [ "$1" != -- ]; do layouts+=("$1"); shift; done
	shift
	for layout in "${layouts[@]}"; do
		: >"$work/wall"
		: >"$work/cpu"
		for _ in $(seq "$times"); do
			[ "$file" = - ] || edit "$file"
			TIMEFORMAT='%R %U %S'
			# shellcheck disable=SC2086 # of TIMEFORMAT
			{ time go_in "$layout" "$@" >/dev/null 2>"$work/err" || { cat "$work/err"; exit 1; } >&2; } 2>"$work/time"
			awk 'END { print $1 }' "$work/time" >>"$work/wall"
			awk 'END { print $2 + $3 }' "$work/time" >>"$work/cpu"
		done
		printf '%-44s %-10s %6.1f s  %6.1f s cpu\n' "$name" "$layout" "$(median <"$work/wall")" "$(median <"$work/cpu")"
	done
}

export GOFLAGS=-mod=readonly
all=(one workspace own)
echo "$(go env GOVERSION), $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg), $runs runs"
for layout in "${all[@]}"; do go_in "$layout" build "${parts[@]}" && go_in "$layout" "test -count=1" "${unit[@]}" >/dev/null; done
measure "list all packages" "$runs" - "${all[@]}" -- list "${parts[@]}"
measure "build all, nothing changed" "$runs" - "${all[@]}" -- build "${parts[@]}"
measure "build all, wallet's domain changed" "$runs" wallet/internal/domain/money.go "${all[@]}" -- build "${parts[@]}"
measure "build wallet alone, its domain changed" "$runs" wallet/internal/domain/money.go "${all[@]}" -- build wallet
measure "build all, platform/errs changed" "$runs" platform/errs/error.go "${all[@]}" -- build "${parts[@]}"
measure "unit tests, nothing changed" "$runs" - "${all[@]}" -- test "${unit[@]}"
measure "unit tests, platform/errs changed" "$runs" platform/errs/error.go "${all[@]}" -- test "${unit[@]}"
for layout in one workspace; do
	export GOCACHE=$work/cache-$layout
	measure "build wallet, empty cache" 1 - "$layout" -- build wallet
	rm -rf "$GOCACHE"
done
echo "load at the end $(cut -d ' ' -f 1-3 /proc/loadavg)"
