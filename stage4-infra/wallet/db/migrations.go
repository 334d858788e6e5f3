// Package db has the schema of wallet_db.
package db

import "embed"

// Migrations are the files of migrations/, to be applied in the order of their names.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// LedgerInvariant is a query that returns the wallets whose balance is not the fold of their ledger.
//
//go:embed ledger_invariant.sql
var LedgerInvariant string
