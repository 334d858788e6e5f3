// Package db has the schema of inventory_db.
package db

import "embed"

// Migrations are the files of migrations/, to be applied in the order of their names.
//
//go:embed migrations/*.sql
var Migrations embed.FS
