# make -C .. migrate-diff svc=inventory name=what_changed
env "local" {
  src = "file://db/schema"
  url = getenv("DATABASE_URL")
  # A scratch database of the same PostgreSQL version, where Atlas tries things out.
  dev = getenv("ATLAS_DEV_URL")
  migration {
    dir = "file://db/migrations"
  }
}
