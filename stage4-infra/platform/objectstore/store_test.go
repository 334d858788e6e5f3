package objectstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/objectstore"
	"shop/platform/objectstoretest"
)

func newStore(t *testing.T, cfg objectstore.Config) *objectstore.Store {
	t.Helper()
	store, err := objectstore.New(cfg)
	require.NoError(t, err)
	return store
}

func TestPut_StoresTypeAndReplacesObject(t *testing.T) {
	t.Parallel()
	server := objectstoretest.New(t)
	store := newStore(t, server.Config())
	require.NoError(t, store.Put(t.Context(), "a/b.csv", "text/csv", []byte("old")))

	require.NoError(t, store.Put(t.Context(), "a/b.csv", "text/csv", []byte("new\n")))

	object, ok := server.Read(t, "reports", "a/b.csv")
	require.True(t, ok)
	assert.Equal(t, objectstoretest.Object{Content: "new\n", ContentType: "text/csv"}, object)
}

func TestPut_MissingBucket_IsCreatedOnlyIfConfigured(t *testing.T) {
	t.Parallel()
	cfg := objectstoretest.New(t).Config()
	cfg.CreateBucket = false

	assert.ErrorContains(t, newStore(t, cfg).Put(t.Context(), "key", "text/csv", []byte("x")), "bucket")
	cfg.CreateBucket = true
	assert.NoError(t, newStore(t, cfg).Put(t.Context(), "key", "text/csv", []byte("x")))
}

func TestPut_StoreDown_FailsAtOnce(t *testing.T) {
	t.Parallel()
	server := objectstoretest.New(t)
	cfg := server.Config()
	require.NoError(t, server.Stop())
	began := time.Now()

	err := newStore(t, cfg).Put(t.Context(), "key", "text/csv", []byte("x"))

	assert.ErrorContains(t, err, server.Endpoint)
	assert.Less(t, time.Since(began), cfg.Timeout, "there must be no hidden retries")
}
