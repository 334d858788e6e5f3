#!/bin/sh
# Copies a stage and makes a module of each of its parts, joined by a go.work. Import paths stay: shop/wallet is the module in wallet/.
# docs/decisions/monorepo.md says what it costs and when it pays.
#   split.sh STAGE DIRECTORY
set -eu

stage=$1
target=$2
go=$(sed -n 's/^go //p' "$stage/go.mod")
# The versions of libraries, as the stage has them. `go mod tidy` in a module leaves what it needs of them.
libraries=$(sed -n '/^require (/,/^)/p' "$stage/go.mod")

mkdir "$target" # it must not exist: nothing is overwritten
printf 'go %s\n\n' "$go" >"$target/go.work"

# Each part, and the parts that it imports, tests and what these import included.
while read -r part needs; do
	cp -R "$stage/$part" "$target/$part"
	cp "$stage/go.sum" "$target/$part/go.sum"
	printf 'module shop/%s\n\ngo %s\n\n%s\n' "$part" "$go" "$libraries" >"$target/$part/go.mod"
	# Without these lines the module would build in the workspace only. Once a shared part has releases, they name one, without replace.
	for need in $needs; do
		printf '\nrequire shop/%s v0.0.0\n\nreplace shop/%s => ../%s\n' "$need" "$need" "$need" >>"$target/$part/go.mod"
	done
	printf 'use ./%s\n' "$part" >>"$target/go.work"
done <<END
gen
platform gen
paymentsim
inventory gen platform
wallet gen platform paymentsim
order gen platform paymentsim inventory wallet
gateway gen platform paymentsim inventory wallet order
END
