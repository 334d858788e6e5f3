package cache_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/paralleltest"
	"shop/platform/redistest"
)

func TestGet_Miss_LoadsOnceAndThenHits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})

	for range 3 {
		value, exists, err := f.Get(t.Context(), "tea", f.load("tea"))
		require.NoError(t, err)
		assert.True(t, exists)
		assert.Equal(t, product{"Tea", 500}, value)
	}

	assert.EqualValues(t, 1, f.loads.Load())
	assert.EqualValues(t, 2, f.count(t, "cache_requests_total", "hit"))
	assert.EqualValues(t, 1, f.count(t, "cache_requests_total", "miss"))
	ttl := f.client.PTTL(t.Context(), f.key("tea")).Val()
	assert.LessOrEqual(t, ttl, config.TTL)
	assert.Greater(t, ttl, config.TTL/2-time.Second, "between half of the TTL and the TTL")
}

func TestGet_HundredCallers_LoadOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})
	loading, answer := make(chan struct{}), make(chan struct{})
	load := func(ctx context.Context) (product, bool, error) {
		close(loading)
		<-answer
		return f.load("tea")(ctx)
	}
	go func() {
		<-loading
		close(answer)
	}()

	for _, err := range paralleltest.Together(100, func(int) error {
		value, exists, err := f.Get(t.Context(), "tea", load)
		assert.True(t, exists)
		assert.Equal(t, "Tea", value.Name)
		return err
	}) {
		require.NoError(t, err)
	}

	assert.EqualValues(t, 1, f.loads.Load(), "the source must not get the load of all callers")
}

func TestGet_LeaderCancelled_FollowerGetsValueAndLeaderReturnsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	loading, answer := make(chan struct{}), make(chan struct{})
	leading, cancel := context.WithCancel(t.Context())
	var loadErr error
	leader := make(chan error, 1)
	go func() {
		_, _, err := f.Get(leading, "tea", func(ctx context.Context) (product, bool, error) {
			close(loading)
			<-answer
			loadErr = ctx.Err()
			return product{"Tea", 500}, true, loadErr
		})
		leader <- err
	}()
	<-loading
	cancel()
	require.ErrorIs(t, <-leader, context.Canceled, "a caller honours its own context")

	follower := make(chan error, 1)
	go func() {
		value, _, err := f.Get(t.Context(), "tea", f.load("tea"))
		assert.Equal(t, "Tea", value.Name)
		follower <- err
	}()
	close(answer)

	require.NoError(t, <-follower)
	assert.NoError(t, loadErr, "the load must not end with the caller that happened to be first")
	assert.Zero(t, f.loads.Load(), "the follower must not load again")
}

func TestGet_FollowerDeadline_EndsItsWaitOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	loading, answer := make(chan struct{}), make(chan struct{})
	leader := make(chan error, 1)
	go func() {
		_, _, err := f.Get(t.Context(), "tea", func(context.Context) (product, bool, error) {
			close(loading)
			<-answer
			return product{"Tea", 500}, true, nil
		})
		leader <- err
	}()
	<-loading
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()

	_, _, err := f.Get(ctx, "tea", f.load("tea"))

	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(answer)
	require.NoError(t, <-leader)
}

func TestGet_LoadTooSlow_EndsAfterLoadTimeout(t *testing.T) {
	t.Parallel()
	cfg := config
	cfg.LoadTimeout = 20 * time.Millisecond
	f := newFixtureOn(redistest.New(t), cfg)

	_, _, err := f.Get(t.Context(), "tea", func(ctx context.Context) (product, bool, error) {
		<-ctx.Done()
		return product{}, false, ctx.Err()
	})

	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestGet_MissingValue_IsMarkedAndFoundOnceItExists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 3 {
		_, exists, err := f.Get(t.Context(), "tea", f.load("tea"))
		require.NoError(t, err)
		assert.False(t, exists)
	}
	assert.EqualValues(t, 1, f.loads.Load(), "requests for what does not exist must not reach the source each time")
	assert.Equal(t, "__EMPTY__", f.client.Get(t.Context(), f.key("tea")).Val())

	f.source.Store("tea", product{"Tea", 500})
	require.NoError(t, f.Delete(t.Context(), "tea"))

	_, exists, err := f.Get(t.Context(), "tea", f.load("tea"))
	require.NoError(t, err)
	assert.True(t, exists)
}

func TestGet_FailureOrPanicOfLoader_IsNotCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})
	_, _, err := f.Get(t.Context(), "tea", func(context.Context) (product, bool, error) { return product{}, false, errors.New("down") })
	require.EqualError(t, err, "down")
	_, _, err = f.Get(t.Context(), "tea", func(context.Context) (product, bool, error) { panic("a bug") })
	require.ErrorContains(t, err, "panic: a bug")

	_, exists, err := f.Get(t.Context(), "tea", f.load("tea"))

	require.NoError(t, err)
	assert.True(t, exists, "an error must not hide a value that exists")
}

// The reader loads the old value, the writer commits and deletes, and only then the reader stores.
func TestDelete_DuringLoad_OldValueIsNotCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})
	loaded, answer := make(chan struct{}), make(chan struct{})
	reader := make(chan error, 1)
	go func() {
		_, _, err := f.Get(t.Context(), "tea", func(ctx context.Context) (product, bool, error) {
			value, exists, err := f.load("tea")(ctx)
			close(loaded)
			<-answer
			return value, exists, err
		})
		reader <- err
	}()
	<-loaded
	f.source.Store("tea", product{"Tea", 600})
	require.NoError(t, f.Delete(t.Context(), "tea"))

	// A reader that comes after the change gets and caches the new value, and that one stays.
	value, _, err := f.Get(t.Context(), "tea", f.load("tea"))
	require.NoError(t, err)
	assert.EqualValues(t, 600, value.Price, "a caller that comes after the change must not wait for a load from before it")
	close(answer)
	require.NoError(t, <-reader)

	assert.JSONEq(t, `{"Name":"Tea","Price":600}`, f.client.Get(t.Context(), f.key("tea")).Val())
}

func TestDelete_DuringLoadOfAnotherProcess_OldValueIsNotCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})

	_, _, err := f.Get(t.Context(), "tea", func(ctx context.Context) (product, bool, error) {
		value, exists, err := f.load("tea")(ctx)
		// Another process deletes: it knows nothing of the load in this one.
		require.NoError(t, f.client.Del(ctx, f.key("tea")).Err())
		return value, exists, err
	})

	require.NoError(t, err)
	assert.Zero(t, f.client.Exists(t.Context(), f.key("tea")).Val(), "the old value must not be stored after the delete")
}

func TestGetMany_LoadsOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})
	f.source.Store("pot", product{"Pot", 900})
	_, _, err := f.Get(t.Context(), "tea", f.load("tea"))
	require.NoError(t, err)

	var asked []string
	found, err := f.GetMany(t.Context(), []string{"tea", "pot", "none"}, func(ctx context.Context, ids []string) (map[string]product, error) {
		asked = append(asked, ids...)
		return f.loadMany(ctx, ids)
	})

	require.NoError(t, err)
	assert.Equal(t, map[string]product{"tea": {"Tea", 500}, "pot": {"Pot", 900}}, found)
	assert.Equal(t, []string{"pot", "none"}, asked)
	f.loads.Store(0)
	_, err = f.GetMany(t.Context(), []string{"tea", "pot", "none"}, f.loadMany)
	require.NoError(t, err)
	assert.Zero(t, f.loads.Load())
}

func TestGet_RedisDown_LoadsEachTime(t *testing.T) {
	t.Parallel()
	f := newFixtureOn(redistest.Connect(t, "redis://127.0.0.1:1/0"), config)
	f.source.Store("tea", product{"Tea", 500})

	for range 2 {
		value, exists, err := f.Get(t.Context(), "tea", f.load("tea"))
		require.NoError(t, err)
		assert.True(t, exists)
		assert.Equal(t, "Tea", value.Name)
	}

	assert.EqualValues(t, 2, f.loads.Load())
	assert.EqualValues(t, 2, f.count(t, "cache_errors_total"))
	assert.Error(t, f.Delete(t.Context(), "tea"), "the caller must know that the copy may still be there")
}

func TestGet_RedisSilent_IsSlowerByOneRedisTimeout(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t)
	cfg := config
	cfg.RedisTimeout = 100 * time.Millisecond
	f := newFixtureOn(proxy.Client, cfg)
	f.source.Store("tea", product{"Tea", 500})
	proxy.Then(redistest.Lost)
	began := time.Now()

	_, exists, err := f.Get(t.Context(), "tea", f.load("tea"))

	require.NoError(t, err)
	assert.True(t, exists)
	assert.Less(t, time.Since(began), 2*cfg.RedisTimeout)
}

func TestGet_RedisFailsDuringLoad_ReturnsValue(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]redistest.Fault{"cut": redistest.Cut, "answer lost": redistest.AnswerLost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := redistest.NewProxy(t)
			f := newFixtureOn(proxy.Client, config)
			f.source.Store("tea", product{"Tea", 500})

			value, _, err := f.Get(t.Context(), "tea", func(ctx context.Context) (product, bool, error) {
				proxy.Then(fault)
				return f.load("tea")(ctx)
			})

			require.NoError(t, err)
			assert.Equal(t, "Tea", value.Name)
		})
	}
}

func TestGet_UnreadableCopy_IsLoaded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.source.Store("tea", product{"Tea", 500})
	for _, text := range []string{"not JSON", "", `{"Price":"high"}`, strings.Repeat("x", 1<<10)} {
		require.NoError(t, f.client.Set(t.Context(), f.key("tea"), text, time.Minute).Err())

		value, exists, err := f.Get(t.Context(), "tea", f.load("tea"))

		require.NoError(t, err)
		assert.True(t, exists)
		assert.Equal(t, product{"Tea", 500}, value, "nothing of %q may remain", text)
	}
}
