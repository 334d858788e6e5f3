package periodic_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"shop/platform/periodic"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTask_RunsAtOnceAndAtEveryInterval(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	task := periodic.New(time.Millisecond, zap.NewNop(), func(ctx context.Context) {
		select {
		case done <- struct{}{}:
		case <-ctx.Done():
		}
	})

	require.NoError(t, task.Start(t.Context()))
	for range 3 {
		<-done
	}
	require.NoError(t, task.Stop(t.Context()))
}

func TestStop_WorkIgnoresContext_IsBounded(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	task := periodic.New(time.Hour, zap.NewNop(), func(context.Context) { // heeds nothing
		close(begun)
		<-end
	})
	require.NoError(t, task.Start(t.Context()))
	<-begun
	spent, cancel := context.WithCancel(t.Context())
	cancel()

	assert.ErrorIs(t, task.Stop(spent), context.Canceled)

	close(end)
	require.NoError(t, task.Stop(t.Context()))
}
