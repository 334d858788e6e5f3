#!/bin/sh
# Deploys a release: applies the migrations, starts one pod of each changed Deployment as a canary, watches the service level, and then
# lets the rollout go on, or goes back. It exits with 0 when the release serves, with 1 when the one before does.
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

# back undoes the rollout of each changed Deployment. Migrations stay: the release before works with them.
back() {
	trap '' INT TERM
	say "rolling back: $1"
	failed=0
	undone=$(changed)
	for deployment in $undone; do
		kubectl rollout resume "deployment/$deployment" || true # it is refused where nothing was paused
		kubectl rollout undo "deployment/$deployment" --to-revision="$(cat "$work/$deployment.revision")" || failed=1
	done
	for deployment in $undone; do
		kubectl rollout status "deployment/$deployment" --timeout="$timeout" || failed=1
	done
	if [ "$failed" = 1 ]; then
		say "the release before does not serve everywhere: kubectl get deployments"
	else
		say "the release before serves"
	fi
	exit 1
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

say "starting the canaries"
trap 'back "interrupted"' INT TERM
kubectl apply --selector 'app.kubernetes.io/component!=migration' --filename "$work/release.yaml" || back "the release cannot be applied"
canaries=$(changed)
# The first new pod needs seconds to become ready, and no old one goes before.
for deployment in $canaries; do
	kubectl rollout pause "deployment/$deployment" || back "the rollout of $deployment cannot be paused"
done
for deployment in $canaries; do
	# With maxSurge 1, the canary is the one replica beyond those that are wanted.
	kubectl wait --for=jsonpath='{.status.updatedReplicas}'=1 "deployment/$deployment" --timeout="$timeout" || back "$deployment has no canary"
	wanted=$(field "$deployment" '{.spec.replicas}')
	kubectl wait --for=jsonpath='{.status.readyReplicas}'=$((wanted + 1)) "deployment/$deployment" --timeout="$timeout" ||
		back "the canary of $deployment does not become ready"
done

unknown=0
good=0
[ -n "$canaries" ] || good=$checks # nothing to watch
while [ "$good" -lt "$checks" ]; do
	case "$(answer "$violated")/$(answer "$measured")" in
	yes/*) back "the canaries break the service level" ;;
	no/yes)
		good=$((good + 1))
		unknown=0
		;;
	*)
		unknown=$((unknown + 1))
		say "no answer"
		;;
	esac
	sleep "$interval"
done

say "going on with" $canaries
for deployment in $canaries; do
	kubectl rollout resume "deployment/$deployment" || back "$deployment does not go on"
done
for deployment in $(deployments); do
	kubectl rollout status "deployment/$deployment" --timeout="$timeout" || back "$deployment does not finish its rollout"
done
say "release $tag serves"
