package infra

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A checker is killed while it starts the supervisor, waits for servers, or leases; whatever it was, the next one works.
func TestCheckerKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	root := ownRoot(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range 6 {
		if round == 3 {
			require.NoError(t, Down(t.Context(), root)) // Both cold and warm starts are interrupted.
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victimVariable+"="+root)
		require.NoError(t, cmd.Start())
		<-time.After(time.Duration(random.IntN(500)) * time.Millisecond) // The moment is what is random.
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
	}
	s := ensure(t, root, all)
	lease, err := s.Lease(t.Context(), LeaseSpec{Databases: []DatabaseSpec{{Name: "order_db", Migrations: someMigrations}}, Redis: true, Vhost: true})
	require.NoError(t, err)
	require.NoError(t, lease.Close(t.Context()))
	s.background.Wait()
	require.Eventually(t, func() bool {
		s.collect(context.WithoutCancel(t.Context()))
		return count(t, s.postgres.lock, `SELECT count(*) FROM pg_database WHERE datname LIKE 'sc\_%'`) == 0
	}, 5*time.Second, 20*time.Millisecond, "nothing of the killed is left on the servers")
	require.Eventually(t, func() bool {
		left, _ := filepath.Glob(filepath.Join(place{root}.dir(), "redis-*"))
		return len(left) == 0
	}, 3*time.Second, 20*time.Millisecond, "nor on the disk")
}
