#!/bin/sh
# Generates everything into a copy and says what differs from the tree, which stays as it is.
set -eu
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT INT TERM
cp -R go.mod go.sum Makefile tools stage*-* "$copy/"
make --no-print-directory -C "$copy" generate >/dev/null
drift=0
for stage in stage*-*; do
  diff -r -q "$stage" "$copy/$stage" || drift=1
done
if [ "$drift" = 1 ]; then
  echo 'generated code has drifted from its source; `make generate` rewrites it' >&2
  exit 1
fi
