package worker_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/job"
	"shop/platform/redistest"
	"shop/platform/worker"
)

func TestAcquire_HeldLock_ReturnsErrLockedUntilRelease(t *testing.T) {
	t.Parallel()
	locker, key := worker.NewLocker(redistest.New(t), time.Minute), uuid.NewString()
	release, err := locker.Acquire(t.Context(), key)
	require.NoError(t, err)

	_, err = locker.Acquire(t.Context(), key)
	require.ErrorIs(t, err, job.ErrLocked)

	require.NoError(t, release(t.Context()))
	_, err = locker.Acquire(t.Context(), key)
	assert.NoError(t, err)
}

func TestRelease_ExpiredLock_LeavesLockOfNextOwner(t *testing.T) {
	t.Parallel()
	client, key := redistest.New(t), uuid.NewString()
	locker := worker.NewLocker(client, time.Minute)
	release, err := locker.Acquire(t.Context(), key)
	require.NoError(t, err)
	require.NoError(t, client.Del(t.Context(), key).Err(), "as if the lock had expired")
	_, err = locker.Acquire(t.Context(), key)
	require.NoError(t, err)

	require.NoError(t, release(t.Context()))

	_, err = locker.Acquire(t.Context(), key)
	assert.ErrorIs(t, err, job.ErrLocked)
}

func TestAcquire_SetsTTL(t *testing.T) {
	t.Parallel()
	client, key := redistest.New(t), uuid.NewString()
	_, err := worker.NewLocker(client, time.Minute).Acquire(t.Context(), key)
	require.NoError(t, err)

	left, err := client.PTTL(t.Context(), key).Result()

	require.NoError(t, err)
	assert.Positive(t, left, "the lock of a process that died must expire")
	assert.LessOrEqual(t, left, time.Minute)
}
