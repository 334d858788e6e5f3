#!/bin/sh
# Makes each service's role and database, and applies the migrations that are not applied yet. Safe to repeat.
# Runs as an administrator of the server that psql's own variables (PGHOST, PGPORT, PGUSER, PGPASSWORD) name.
# NAME_PREFIX comes before the names of roles and databases, for a second shop on the same server.
#   migrate.sh STAGE_DIRECTORY
set -eu

stage=${1:-$(dirname "$0")/..}
# Notices of what is there already are not news.
export PGOPTIONS='--client-min-messages=warning'

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

# apply DATABASE ROLE FILE NAME: the migration and its record are one transaction, except where the file's first line asks for none,
# as CREATE INDEX CONCURRENTLY must. Such a file is written so that it can be repeated from its beginning.
apply() {
	whole=--single-transaction
	if [ "$(head -n 1 "$3")" = "-- atlas:txmode none" ]; then
		whole=
	fi
	# shellcheck disable=SC2086 # one option or nothing
	sql --dbname "$1" $whole --command "SET ROLE $2" --file "$3" --command "INSERT INTO schema_migrations (name) VALUES ('$4')"
}

for migrations in "$stage"/*/db/migrations; do
	service=$(basename "${migrations%/db/migrations}")
	database=${NAME_PREFIX:-}${service}_db
	role=${NAME_PREFIX:-}${service}_service
	# One role per database: no service can even connect to another's data, nor take all connections.
	if [ -z "$(sql --dbname postgres --command "SELECT 1 FROM pg_roles WHERE rolname = '$role'")" ]; then
		sql --dbname postgres --command "CREATE ROLE $role LOGIN PASSWORD '$role' CONNECTION LIMIT 40"
	fi
	if [ -z "$(sql --dbname postgres --command "SELECT 1 FROM pg_database WHERE datname = '$database'")" ]; then
		sql --dbname postgres --command "CREATE DATABASE $database OWNER $role"
	fi
	sql --dbname postgres --command "REVOKE CONNECT ON DATABASE $database FROM PUBLIC"
	sql --dbname "$database" --command "SET ROLE $role" --command \
		"CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
	for file in "$migrations"/*.sql; do
		name=$(basename "$file")
		if [ -n "$(sql --dbname "$database" --command "SELECT 1 FROM schema_migrations WHERE name = '$name'")" ]; then
			continue
		fi
		apply "$database" "$role" "$file" "$name" || {
			echo "$database: $name failed, see the error above; mend its cause, then run this again" >&2
			exit 1
		}
		echo "$database: applied $name"
	done
done
