#!/bin/sh
# Makes the Secrets and the ConfigMap that the manifests name and that are not in the repository, for the namespace shop-dev: with the keys
# and certificates of this machine. In production a secret manager and cert-manager write objects of the same names and keys.
#   dev-secrets.sh BINARIES DEV_DIRECTORY ADDRESSES
# ADDRESSES is a file with REDIS_URL, RABBITMQ_URL, and the SERVICE_DATABASE_URL of each service that has a database, as pods reach them.
set -eu

bin=$1
dev=$2
addresses=$3
kubectl=${KUBECTL:-kubectl}
namespace=shop-dev

"$bin/devtoken" keys "$dev"
"$bin/devcerts" make "$dev/certs"
. "$dev/dev.env"
. "$addresses"

apply() { $kubectl --namespace "$namespace" apply --filename -; }
# The values go through files that only this user can read: arguments are seen by all users of the machine.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
put() { printf '%s' "$2" >"$work/$1"; }
# secret NAME KEY...
secret() {
	name=$1
	shift
	files=
	for key in "$@"; do files="$files --from-file=$key=$work/$key"; done
	# shellcheck disable=SC2086 # a list of options
	$kubectl --namespace "$namespace" create secret generic "$name" $files --dry-run=client --output yaml | apply
}
# certificate SERVICE: the key is in the same file as the certificate; each reader takes its part.
certificate() {
	cp "$dev/certs/$1.pem" "$work/tls.crt"
	cp "$dev/certs/$1.pem" "$work/tls.key"
	cp "$dev/certs/ca.pem" "$work/ca.crt"
	secret "$1-tls" tls.crt tls.key ca.crt
}

$kubectl create namespace "$namespace" --dry-run=client --output yaml | $kubectl apply --filename -
for service in order inventory wallet gateway; do certificate "$service"; done
put REDIS_URL "$REDIS_URL"
put RABBITMQ_URL "$RABBITMQ_URL"
put CURSOR_SECRET "$CURSOR_SECRET"
put SERVICE_PRIVATE_KEY "$SERVICE_PRIVATE_KEY"
put PAYMENT_API_KEY "$PAYMENT_API_KEY"
put LOGIN_USERS "$LOGIN_USERS"
put LOGIN_PRIVATE_KEY "$LOGIN_PRIVATE_KEY"
put DATABASE_URL "$ORDER_DATABASE_URL"
secret order DATABASE_URL REDIS_URL RABBITMQ_URL CURSOR_SECRET SERVICE_PRIVATE_KEY
put DATABASE_URL "$INVENTORY_DATABASE_URL"
secret inventory DATABASE_URL REDIS_URL RABBITMQ_URL CURSOR_SECRET
put DATABASE_URL "$WALLET_DATABASE_URL"
secret wallet DATABASE_URL REDIS_URL RABBITMQ_URL CURSOR_SECRET PAYMENT_API_KEY
secret gateway LOGIN_USERS LOGIN_PRIVATE_KEY
# make new-service adds its lines above
put JWT_PUBLIC_KEYS "$JWT_PUBLIC_KEYS"
put SERVICE_PUBLIC_KEYS "$SERVICE_PUBLIC_KEYS"
$kubectl --namespace "$namespace" create configmap public-keys --from-file="$work/JWT_PUBLIC_KEYS" --from-file="$work/SERVICE_PUBLIC_KEYS" \
	--dry-run=client --output yaml | apply
