package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/postgrestest"
	"shop/wallet/db"
)

// asCommand makes the test binary the command.
const asCommand = "TEST_AS_REBUILD"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// rebuild runs the command in a process of its own, with this environment alone.
func rebuild(t *testing.T, env ...string) (exitCode int, output string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(env, asCommand+"=1")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	require.NotNil(t, command.ProcessState, "%v", err)
	return command.ProcessState.ExitCode(), out.String()
}

func TestRebuild_BalanceDiffers_ExitCodeSaysSoUntilItIsRepaired(t *testing.T) {
	t.Parallel()
	url := postgrestest.NewURL(t, db.Migrations)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	defer pool.Close()
	_, err = pool.Exec(t.Context(), `
		WITH entry AS (
			INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
			VALUES ('11111111-1111-4111-8111-111111111111', 'EUR', 1, 1, 500, 500, 'cash', now()) RETURNING *)
		INSERT INTO wallets (user_id, currency, balance_minor, version) SELECT user_id, currency, balance_minor, seq FROM entry`)
	require.NoError(t, err)

	code, output := rebuild(t, "DATABASE_URL="+url)
	assert.Zero(t, code, output)
	assert.Contains(t, output, "wallet.rebuild.completed")

	_, err = pool.Exec(t.Context(), `UPDATE wallets SET balance_minor = 501`)
	require.NoError(t, err)
	code, output = rebuild(t, "DATABASE_URL="+url)
	assert.Equal(t, 1, code, output)
	assert.Contains(t, output, "wallet.rebuild.differs")
	code, output = rebuild(t, "DATABASE_URL="+url, "REBUILD_REPAIR=true")
	assert.Equal(t, 1, code, "a run that found something says so, also when it has repaired it: %s", output)
	code, output = rebuild(t, "DATABASE_URL="+url)
	assert.Zero(t, code, output)
}

func TestRebuild_DatabaseGone_ExitsWith1(t *testing.T) {
	t.Parallel()
	code, output := rebuild(t, "DATABASE_URL=postgres://127.0.0.1:1/none")
	assert.Equal(t, 1, code, output)
	assert.Contains(t, output, "wallet.rebuild.failed")
}

func TestRebuild_ConfigurationWrong_ExitsWith2(t *testing.T) {
	t.Parallel()
	code, output := rebuild(t, "REBUILD_BATCH=0")
	assert.Equal(t, 2, code, output)
	assert.Contains(t, output, "DATABASE_URL")
	assert.Contains(t, output, "REBUILD_BATCH")
}
