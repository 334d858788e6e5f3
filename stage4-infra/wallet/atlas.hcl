# make migration: Atlas compares db/schema with what db/migrations lead to, and writes the next migration.
data "external_schema" "all" {
  program = ["sh", "-c", "cat db/schema/*.sql"]
}

env "local" {
  src = data.external_schema.all.url
  dev = getenv("ATLAS_DEV_URL")

  migration {
    dir = "file://db/migrations"
  }
}
