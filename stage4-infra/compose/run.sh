#!/bin/sh
# Runs the four services of the stage, and a payment provider for them, until Ctrl-C. Their logs come out together, one JSON object per line
# but for those of the provider, which is not ours.
#   run.sh BINARIES DEV_DIRECTORY
set -eu

bin=$1
set -a
. "$2/dev.env"
set +a
private_key=$SERVICE_PRIVATE_KEY
# Only order calls others in its own name, so only order gets the key.
unset SERVICE_PRIVATE_KEY
# Only the gateway lets users in, so only the gateway gets their password hashes and the key that signs for them.
login_users=$LOGIN_USERS
login_key=$LOGIN_PRIVATE_KEY
unset LOGIN_USERS LOGIN_PRIVATE_KEY
# Only wallet talks to the payment provider.
payment_key=$PAYMENT_API_KEY
unset PAYMENT_API_KEY
provider=${PAYMENTSIM_ADDR:-127.0.0.1:8090}
# Each service has a certificate by which the others know it.
certs=$2/certs
export TLS_CA_FILE="$certs/ca.pem"

database() {
	echo "postgres://${1}_service:${1}_service@${POSTGRES_ADDR:-127.0.0.1:5432}/${1}_db?sslmode=disable"
}

# A Prometheus in a container of Linux reaches this machine by an address that is not 127.0.0.1.
metrics=${METRICS_HOST:-127.0.0.1}
export REDIS_URL="${REDIS_URL:-redis://127.0.0.1:6379/0}"
# No load balancer has to notice that a service stops.
export SHUTDOWN_ENDPOINT_WAIT="${SHUTDOWN_ENDPOINT_WAIT:-0s}"
export RABBITMQ_URL="${RABBITMQ_URL:-amqp://guest:guest@127.0.0.1:5672/}"
export ORDER_TARGET="${ORDER_TARGET:-127.0.0.1:9001}"
export INVENTORY_TARGET="${INVENTORY_TARGET:-127.0.0.1:9002}"
export WALLET_TARGET="${WALLET_TARGET:-127.0.0.1:9003}"

PAYMENT_API_KEY=$payment_key "$bin/paymentsim" -addr "$provider" &
services=$!
INVENTORY_ADDR=$INVENTORY_TARGET METRICS_ADDR=$metrics:9102 DATABASE_URL=$(database inventory) TLS_CERT_FILE=$certs/inventory.pem \
	"$bin/inventory" &
services="$services $!"
WALLET_ADDR=$WALLET_TARGET METRICS_ADDR=$metrics:9103 DATABASE_URL=$(database wallet) TLS_CERT_FILE=$certs/wallet.pem \
	PAYMENT_URL="http://$provider" PAYMENT_API_KEY=$payment_key "$bin/wallet" &
services="$services $!"
(
	# Jobs need the object store of make up; JOBS=no does without.
	if [ "${JOBS:-yes}" = yes ]; then
		export S3_ENDPOINT="${S3_ENDPOINT:-127.0.0.1:9000}" S3_TLS="${S3_TLS:-false}"
		export S3_ACCESS_KEY="${S3_ACCESS_KEY:-minioadmin}" S3_SECRET_KEY="${S3_SECRET_KEY:-minioadmin}"
		export S3_BUCKET="${S3_BUCKET:-reports}" S3_CREATE_BUCKET="${S3_CREATE_BUCKET:-true}"
	fi
	export ORDER_ADDR="$ORDER_TARGET" METRICS_ADDR=$metrics:9101 SERVICE_PRIVATE_KEY="$private_key" TLS_CERT_FILE="$certs/order.pem"
	DATABASE_URL=$(database order)
	export DATABASE_URL
	exec "$bin/order"
) &
services="$services $!"
GATEWAY_ADDR=${GATEWAY_ADDR:-127.0.0.1:8080} METRICS_ADDR=$metrics:9100 TLS_CERT_FILE=$certs/gateway.pem \
	LOGIN_USERS=$login_users LOGIN_PRIVATE_KEY=$login_key "$bin/gateway" &
services="$services $!"

# make new-service adds its lines above

stop() {
	trap - INT TERM EXIT
	# shellcheck disable=SC2086 # a list of process ids
	kill $services 2>/dev/null || :
	wait
}
# To be interrupted is the ordinary end. The terminal sends Ctrl-C to the services, too: a second signal would cut their stop short.
trap 'trap - INT TERM EXIT; wait; exit 0' INT
trap 'stop; exit 0' TERM
trap stop EXIT
wait
