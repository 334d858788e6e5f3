#!/bin/sh
# Deploys a release: applies the migrations, and then all Deployments.
#   deploy.sh OVERLAY TAG
#
# It relies on the manifests: maxSurge 1 and maxUnavailable 0, so that a paused rollout has one new pod and all old ones; a Job migrate with
# the label app.kubernetes.io/component: migration, which all that the Job needs has too; images called shop/SERVICE.
set -eu

overlay=$1
tag=$2
: "${PROMETHEUS_URL:?where the service level is measured, such as http://prometheus:9090}"
registry=${REGISTRY:-shop}           # of the images: REGISTRY/SERVICE:TAG
checks=${CANARY_CHECKS:-20}          # how often the service level must be good
interval=${CANARY_INTERVAL:-15}      # seconds between two checks
tolerated=${CANARY_TOLERATED:-2}     # how many checks in a row may have no answer
timeout=${DEPLOY_TIMEOUT:-10m}       # for the migrations, and for each rollout

# The service level of observability/slo.yaml, over a window as short as a canary: ten failures, and a share that pages.
requests='http_server_requests_total{route!~"/healthz|/livez|/readyz"}'
failures='http_server_requests_total{status=~"5..", route!~"/healthz|/livez|/readyz"}'
violated=${CANARY_QUERY:-"sum(increase($failures[2m])) >= 10 and sum(increase($failures[2m])) / sum(increase($requests[2m])) > 0.0144"}
measured=${CANARY_MEASURED:-"sum(increase($requests[2m]))"}

here=$(cd "$(dirname "$0")" && pwd)
release=$here/overlays/.release
work=$(mktemp -d)
trap 'rm -rf "$work" "$release"' EXIT

say() { echo "$(date -u +%H:%M:%S) $*"; }

# answer QUERY prints "yes" when the query returns a series, "no" when it returns none, and nothing without an answer.
answer() {
	body=$(curl --silent --show-error --fail --max-time 5 --get --data-urlencode "query=$1" "$PROMETHEUS_URL/api/v1/query") || return 0
	case $body in
	*'"status":"success"'*'"result":[]'*) echo no ;;
	*'"status":"success"'*) echo yes ;;
	esac
}

# field DEPLOYMENT JSONPATH
field() { kubectl get deployment "$1" --output "jsonpath=$2"; }

# changed prints the Deployments whose pods the release changes.
changed() {
	while read -r deployment; do
		if [ "$(field "$deployment" '{.spec.template}')" != "$(cat "$work/$deployment.template")" ]; then
			echo "$deployment"
		fi
	done <"$work/before"
}

# deployments prints all of them.
deployments() { kubectl get deployments --output 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}'; }

mkdir -p "$release"
{
	printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../%s]\nimages:\n' "$overlay"
	for image in order inventory wallet gateway migrate paymentsim; do
		printf '  - {name: shop/%s, newName: %s/%s, newTag: "%s"}\n' "$image" "$registry" "$image" "$tag"
	done
} >"$release/kustomization.yaml"
kubectl kustomize "$release" >"$work/release.yaml"

say "migrating"
kubectl delete job migrate --ignore-not-found --wait # a Job cannot be changed
kubectl apply --selector app.kubernetes.io/component=migration --filename "$work/release.yaml"
if ! kubectl wait --for=condition=complete job/migrate --timeout="$timeout"; then
	kubectl logs job/migrate --tail=50 || true
	say "the migrations failed; no service was changed"
	exit 1
fi

deployments >"$work/before"
while read -r deployment; do
	field "$deployment" '{.spec.template}' >"$work/$deployment.template"
	field "$deployment" '{.metadata.annotations.deployment\.kubernetes\.io/revision}' >"$work/$deployment.revision"
done <"$work/before"

# Whatever ends the script from here on takes the release back, unless it serves.
finish() {
	status=$?
	trap '' EXIT INT TERM
	if [ "$status" -ne 0 ]; then
		say "going back"
		for name in $(deployments); do
			[ "$(field "$name" '{.spec.template}')" != "$(cat "$work/$name.template")" ] || continue
			if [ "$(field "$name" '{.spec.paused}')" = true ]; then kubectl rollout resume "deployment/$name" || true; fi
			kubectl rollout undo "deployment/$name" || say "$name cannot be undone"
		done
		for name in $(deployments); do
			kubectl rollout status "deployment/$name" --timeout="$timeout" || say "$name is not as it was"
		done
		status=1
	fi
	rm -rf "$work" "$release"
	exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

kubectl apply -l 'app.kubernetes.io/component!=migration' -f "$work/release.yaml"
canaries=
for name in $(deployments); do
	if [ "$(field "$name" '{.spec.template}')" != "$(cat "$work/$name.template")" ]; then
		kubectl rollout pause deployment "$name"
		canaries="$canaries $name"
	fi
done
for name in $canaries; do
	kubectl wait deployment "$name" --for=jsonpath='{.status.unavailableReplicas}'=0 --timeout "$timeout"
done

left=$checks
missing=0
while [ "$left" -gt 0 ]; do
	traffic=$(answer "$measured")
	if [ "$traffic" = yes ]; then bad=$(answer "$violated"); else bad=; [ "$(answer "$violated")" != yes ] || exit 1; fi
	if [ "$bad" = yes ]; then
		say "the service level is violated"
		exit 1
	elif [ "$bad" = no ]; then
		left=$((left - 1))
		missing=0
	elif [ "$missing" -ge "$tolerated" ]; then
		exit 1
	else
		missing=$((missing + 1))
	fi
	sleep "$interval"
done

for name in $canaries; do kubectl rollout resume deployment "$name"; done
for name in $canaries; do kubectl rollout status deployment "$name" --timeout "$timeout"; done
say "release $tag serves"
