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

names=$(deployments)
# differs prints the names of the Deployments whose template is not what it was, with a file per name that holds the template now.
differs() {
	for name in $names; do
		field "$name" '{.spec.template}' >"$work/$name.now"
		cmp -s "$work/$name.template" "$work/$name.now" || echo "$name"
	done
}
together() { # COMMAND for each of the names in $2
	pids=
	for name in $2; do
		$1 "$name" &
		pids="$pids $!"
	done
	ended=0
	for pid in $pids; do wait "$pid" || ended=1; done
	return "$ended"
}
ready() { kubectl wait --for=jsonpath='{.status.readyReplicas}'="$(($(field "$1" '{.spec.replicas}') + 1))" "deployment/$1" --timeout="$timeout"; }
finished() { kubectl rollout status "deployment/$1" --timeout="$timeout"; }
undo() {
	kubectl rollout resume "deployment/$1" 2>/dev/null || true
	kubectl rollout undo "deployment/$1" --to-revision="$(cat "$work/$1.revision")" && finished "$1"
}
leave() {
	trap '' HUP INT TERM
	say "$1: going back"
	together undo "$(differs)" || say "not all are as before"
	exit 1
}

trap 'leave signal' HUP INT TERM
kubectl apply --filename "$work/release.yaml" --selector 'app.kubernetes.io/component!=migration' || leave apply
new=$(differs)
[ -n "$new" ] || { say "nothing changes"; exit 0; }
for name in $new; do kubectl rollout pause "deployment/$name" || leave pause; done
together ready "$new" || leave canary

n=0
miss=0
while :; do
	v=$(answer "$violated")
	[ "$v" != yes ] || leave "service level"
	m=$(answer "$measured")
	if [ "$v$m" = noyes ]; then n=$((n + 1)); miss=0; else miss=$((miss + 1)); fi
	[ "$miss" -le "$tolerated" ] || leave "no service level"
	[ "$n" -lt "$checks" ] || break
	sleep "$interval"
done

for name in $new; do kubectl rollout resume "deployment/$name" || leave resume; done
together finished "$names" || leave rollout
say "release $tag serves"
