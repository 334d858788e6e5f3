package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	repository "shop/order/internal/repository/postgres"
	"shop/platform/contracttest"
	"shop/platform/postgrestest"
	"shop/platform/redistest"
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

// environment is that of the service on this database. Inventory does not run: the names of products are known.
func environment(t *testing.T, database string) []string {
	t.Helper()
	keys := contracttest.NewKeys(t)
	env := []string{
		"DATABASE_URL=" + database, "REDIS_URL=" + redistest.URL(t), "INVENTORY_TARGET=127.0.0.1:1",
		"SERVICE_PRIVATE_KEY=" + keys.Services.Reveal(),
	}
	for name, value := range keys.Environment() {
		env = append(env, name+"="+value)
	}
	return env
}

func TestRebuild_OrdersWithoutReadModel_AreInIt(t *testing.T) {
	t.Parallel()
	url := postgrestest.NewURL(t, db.Migrations)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	defer pool.Close()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	item, err := domain.NewItem("tea", 1, price)
	require.NoError(t, err)
	order, err := domain.NewOrder(uuid.NewString(), uuid.NewString(), []domain.Item{item}, time.Now())
	require.NoError(t, err)
	require.NoError(t, repository.NewOrderRepository(pool).Save(t.Context(), order))
	_, err = pool.Exec(t.Context(), `INSERT INTO product_names (sku, name, sequence) VALUES ('tea', 'Tea', 1)`)
	require.NoError(t, err)
	shown := func() (n int) {
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM order_list_view v JOIN order_list_state s ON v.generation = s.active
			WHERE order_id = $1`, order.ID()).Scan(&n))
		return n
	}
	require.Zero(t, shown())

	for range 2 {
		code, output := rebuild(t, environment(t, url)...)
		require.Zero(t, code, output)
		assert.Contains(t, output, "order.list.rebuilt")
		assert.Equal(t, 1, shown())
	}
}

func TestRebuild_DatabaseGone_ExitsWith1(t *testing.T) {
	t.Parallel()
	code, output := rebuild(t, environment(t, "postgres://127.0.0.1:1/none")...)
	assert.Equal(t, 1, code, output)
	assert.Contains(t, output, "order.list.rebuild_failed")
}

func TestRebuild_ConfigurationWrong_ExitsWith2(t *testing.T) {
	t.Parallel()
	code, output := rebuild(t, "REBUILD_BATCH=0")
	assert.Equal(t, 2, code, output)
	assert.Contains(t, output, "DATABASE_URL")
	assert.Contains(t, output, "REBUILD_BATCH")
}
