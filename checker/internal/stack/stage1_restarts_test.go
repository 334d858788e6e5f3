package stack

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/load"
)

const (
	restartRate = 40 // requests per second, of which two thirds are purchases
	restartSeed = 20261128
)

// Services die and stop, and connections to their databases break, at random moments under load. A minute after the last fault every
// saga and payment has ended, and money and stock are conserved. STAGECRAFT_SOAK=10m makes it last longer than the usual 15 s.
func TestStage1_RandomRestartsUnderLoad_LoseNothing(t *testing.T) {
	length := 15 * time.Second
	if text := os.Getenv("STAGECRAFT_SOAK"); text != "" {
		var err error
		length, err = time.ParseDuration(text)
		require.NoError(t, err, "STAGECRAFT_SOAK")
	}
	options := shop(t)
	options.Env = map[string]string{
		"SAGA_SCAN_INTERVAL": "500ms", "SAGA_STALE_AFTER": "5s", "SAGA_STEP_TIMEOUT": "2s",
		"COMPENSATION_TIMEOUT": "2s", "SAGA_RECORD_TIMEOUT": "500ms",
		"PAYMENT_SCAN_INTERVAL": "500ms", "PAYMENT_STALE_AFTER": "5s", "PAYMENT_TIMEOUT": "1s",
	}
	s := up(t, options)
	c := newCustomers(t, s)
	t.Logf("seed %d, for %s", restartSeed, length)

	ctx, stop := context.WithCancel(t.Context())
	var traffic sync.WaitGroup
	var result load.Result
	traffic.Go(func() { result = load.Run(ctx, load.Plan{Rate: restartRate, Seed: restartSeed, Do: c.act}) })
	r := rand.New(rand.NewPCG(restartSeed, 0))
	faults := 0
	for end := time.Now().Add(length); time.Now().Before(end); faults++ {
		c.awaitSale()
		restart(t, s, []string{"order", "inventory", "wallet"}[r.IntN(3)], r.IntN(3))
	}
	stop()
	traffic.Wait()
	t.Logf("%d faults; %d requests, %d without a final answer; orders paid %d, cancelled %d, refused %d, top-ups %d",
		faults, result.Sent, result.Failed, c.count["paid"], c.count["cancelled"], c.count["refused"], c.count["topped up"])
	healed := time.Now()
	c.settle()
	t.Logf("everything has ended %s after the last request", time.Since(healed).Round(time.Millisecond))
	c.balance()
}

// restart kills the service, stops it in order, or breaks all its connections to the database, and lets it come back.
func restart(t *testing.T, s *Stack, name string, how int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	service := s.Service(name)
	switch how {
	case 0:
		require.NoError(t, service.Kill())
		require.NoError(t, service.Restart(ctx, nil))
	case 1:
		_, err := service.Stop(ctx)
		require.NoError(t, err)
		require.NoError(t, service.Restart(ctx, nil))
	default:
		link := s.Server(name, "postgres")
		link.Cut()
		require.NoError(t, link.Heal())
	}
}

// awaitSale returns when one more order was paid.
func (c *customers) awaitSale() {
	c.t.Helper()
	paid := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.count["paid"]
	}
	before := paid()
	require.Eventually(c.t, func() bool { return paid() > before }, 60*time.Second, 20*time.Millisecond, "nothing is sold any more")
}
