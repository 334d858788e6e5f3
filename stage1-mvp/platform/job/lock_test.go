package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/job"
	"stagecraft/stage1-mvp/platform/redistest"
)

func TestALockHasOneOwnerUntilHeGivesItBack(t *testing.T) {
	t.Parallel()
	locker, key := job.NewLocker(redistest.New(t), time.Minute), uuid.NewString()
	lock, err := locker.Acquire(t.Context(), key)
	require.NoError(t, err)

	_, err = locker.Acquire(t.Context(), key)
	require.ErrorIs(t, err, job.ErrLocked)

	require.NoError(t, lock.Release(t.Context()))
	_, err = locker.Acquire(t.Context(), key)
	assert.NoError(t, err)
}

func TestOnlyTheOwnerReleasesALock(t *testing.T) {
	t.Parallel()
	client, key := redistest.New(t), uuid.NewString()
	locker := job.NewLocker(client, time.Minute)
	slept, err := locker.Acquire(t.Context(), key)
	require.NoError(t, err)
	require.NoError(t, client.Del(t.Context(), key).Err(), "as if its time had run out")
	_, err = locker.Acquire(t.Context(), key)
	require.NoError(t, err)

	require.NoError(t, slept.Release(t.Context()))

	_, err = locker.Acquire(t.Context(), key)
	assert.ErrorIs(t, err, job.ErrLocked, "the lock of the next owner must survive the release of the one before")
}

func TestALockThatIsHeldOutlivesItsTTLAndOneThatIsNotDoesNot(t *testing.T) {
	t.Parallel()
	client, key := redistest.New(t), uuid.NewString()
	locker := job.NewLocker(client, config.LockTTL)
	lock, err := locker.Acquire(t.Context(), key)
	require.NoError(t, err)
	held, stop := lock.Hold(t.Context())

	assert.Never(t, func() bool {
		_, err := locker.Acquire(t.Context(), key)
		return err == nil || held.Err() != nil
	}, 3*config.LockTTL, config.LockTTL/10, "the watchdog must extend it")

	stop()
	assert.Eventually(t, func() bool {
		_, err := locker.Acquire(t.Context(), key)
		return err == nil
	}, 5*time.Second, config.LockTTL/10, "nobody extends it any more")
}

func TestTheContextEndsWhenTheLockIsAnothers(t *testing.T) {
	t.Parallel()
	client, key := redistest.New(t), uuid.NewString()
	lock, err := job.NewLocker(client, config.LockTTL).Acquire(t.Context(), key)
	require.NoError(t, err)
	held, stop := lock.Hold(t.Context())
	defer stop()

	require.NoError(t, client.Set(t.Context(), key, "another", time.Minute).Err())

	<-held.Done()
	assert.ErrorIs(t, context.Cause(held), job.ErrLockLost)
}

func TestTheContextEndsBeforeTheLockDoesWhenRedisIsSilent(t *testing.T) {
	t.Parallel()
	client, key := redistest.New(t), uuid.NewString()
	lock, err := job.NewLocker(client, config.LockTTL).Acquire(t.Context(), key)
	require.NoError(t, err)
	held, stop := lock.Hold(t.Context())
	defer stop()

	require.NoError(t, client.Close())

	<-held.Done()
	assert.ErrorIs(t, context.Cause(held), job.ErrLockLost)
	left, err := redistest.New(t).PTTL(t.Context(), key).Result()
	require.NoError(t, err)
	assert.Positive(t, left, "at this moment nobody else may have the lock yet")
}

func TestTheContextEndsBeforeTheLockDoesWhenRedisFailsAndThenIsSilent(t *testing.T) {
	t.Parallel()
	line, key := redistest.NewLine(t), uuid.NewString()
	lock, err := job.NewLocker(line.Client, config.LockTTL).Acquire(t.Context(), key)
	require.NoError(t, err)
	line.Then(redistest.Cut, redistest.Lost)
	held, stop := lock.Hold(t.Context())
	defer stop()

	<-held.Done()

	left, err := redistest.New(t).PTTL(t.Context(), key).Result()
	require.NoError(t, err)
	assert.Positive(t, left, "the last try must not wait for longer than the lock lives")
}

func TestOneExtensionWithoutAnAnswerDoesNotLoseTheLock(t *testing.T) {
	t.Parallel()
	line, key := redistest.NewLine(t), uuid.NewString()
	lock, err := job.NewLocker(line.Client, config.LockTTL).Acquire(t.Context(), key)
	require.NoError(t, err)
	line.Then(redistest.Lost, redistest.Arrives)
	held, stop := lock.Hold(t.Context())
	defer stop()

	assert.Never(t, func() bool { return held.Err() != nil }, 2*config.LockTTL, config.LockTTL/10)
}
