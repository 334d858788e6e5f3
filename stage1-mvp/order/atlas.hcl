# make migration: Atlas compares db/schema with what db/migrations lead to, and writes the next migration.
env "local" {
  src = "file://db/schema/schema.sql"
  dev = getenv("ATLAS_DEV_URL")

  migration {
    dir = "file://db/migrations"
  }
}
