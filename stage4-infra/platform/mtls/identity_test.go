package mtls

import (
	"bytes"
	"context"
	"encoding/pem"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func messages(logs *observer.ObservedLogs) (events []string) {
	for _, entry := range logs.TakeAll() {
		events = append(events, entry.ContextMap()["event"].(string))
	}
	return events
}

// The files of a pair are written one after the other, and a service may look in between.
func TestReload_HalfWrittenPair_KeepsTheOneBefore(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	cfg := filesOf(dir, "order")
	cfg.CertFile, cfg.KeyFile = t.TempDir()+"/tls.crt", t.TempDir()+"/tls.key"
	certificate, key := split(t, read(t, dir.File("order")))
	write(t, cfg.CertFile, certificate)
	write(t, cfg.KeyFile, key)
	core, logs := observer.New(zap.InfoLevel)
	identity, err := New("order", cfg, zap.New(core))
	require.NoError(t, err)
	before := identity.current.Load()

	require.NoError(t, dir.Renew(true, 2*day, "order"))
	certificate, key = split(t, read(t, dir.File("order")))
	for _, half := range [][]byte{certificate, certificate[:len(certificate)/2]} {
		write(t, cfg.CertFile, half)
		identity.reload(t.Context())
		assert.Same(t, before, identity.current.Load())
		assert.Equal(t, []string{"platform.tls.rejected"}, messages(logs))
	}
	identity.reload(t.Context())
	assert.Empty(t, messages(logs), "the same fault is logged once")

	write(t, cfg.CertFile, certificate)
	write(t, cfg.KeyFile, key)
	identity.reload(t.Context())
	assert.Greater(t, identity.current.Load().cert.Leaf.NotAfter, before.cert.Leaf.NotAfter)
	assert.Equal(t, []string{"platform.tls.reloaded"}, messages(logs))
	identity.reload(t.Context())
	assert.Empty(t, messages(logs), "files that did not change are not replaced")
}

func TestReload_UnusableFiles_KeepsTheOnesBefore(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, cfg *Config){
		"bundle without the CA of the certificate": func(t *testing.T, cfg *Config) { cfg.CAFile = newDirectory(t).Bundle() },
		"bundle that is cut off": func(t *testing.T, cfg *Config) {
			bundle := read(t, cfg.CAFile)
			cfg.CAFile = t.TempDir() + "/ca.pem"
			write(t, cfg.CAFile, append(bundle, bundle[:len(bundle)/2]...))
		},
		"certificate of another service": func(t *testing.T, cfg *Config) {
			cfg.CertFile = cfg.CertFile[:len(cfg.CertFile)-len("order.pem")] + "wallet.pem"
		},
		"no file": func(t *testing.T, cfg *Config) { cfg.CertFile += ".gone" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			identity, logs := newIdentity(t, newDirectory(t), "order")
			before := identity.current.Load()
			damage(t, &identity.cfg)
			identity.reload(t.Context())
			assert.Same(t, before, identity.current.Load())
			assert.Equal(t, []string{"platform.tls.rejected"}, messages(logs))
		})
	}
}

// Each call of this test makes a connection, so each step of the change is met by handshakes with both sides in every combination.
func TestReload_ChangeOfCAUnderLoad_NoCallFails(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	order, _ := newIdentity(t, dir, "order")
	gateway, _ := newIdentity(t, dir, "gateway")
	address := serve(t, order.Server("gateway"), "gateway")
	ctx, stop := context.WithCancel(t.Context())
	var (
		callers sync.WaitGroup
		calls   atomic.Int64
	)
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				if err := call(t.Context(), address, gateway.Client("order")); err != nil {
					t.Errorf("call %d: %v", calls.Load(), err)
					return
				}
				calls.Add(1)
			}
		})
	}
	first := order.current.Load()
	for _, step := range []func() error{
		dir.AddCA,
		func() error { return dir.Renew(true, day, "order", "gateway") },
		dir.DropOldCAs,
	} {
		require.NoError(t, step())
		for _, identity := range []*Identity{order, gateway} {
			identity.reload(ctx)
			enough := calls.Load() + 20
			require.Eventually(t, func() bool { return calls.Load() >= enough }, 20*time.Second, time.Millisecond)
		}
	}
	stop()
	callers.Wait()

	assert.NotEqual(t, first.cert.Leaf.AuthorityKeyId, order.current.Load().cert.Leaf.AuthorityKeyId)
	old := &Identity{}
	old.current.Store(first)
	require.Error(t, call(t.Context(), address, old.Client("order")), "the CA before is not trusted any more")
}

func TestReload_CertificateAboutToExpire_IsLoggedOnceAnHour(t *testing.T) {
	t.Parallel()
	identity, logs := newIdentity(t, newDirectory(t), "order")
	identity.cfg.ExpiryWarning = 2 * day

	identity.reload(t.Context())
	identity.reload(t.Context())
	assert.Equal(t, []string{"platform.tls.expiring"}, messages(logs))
	identity.warnOfExpiry(time.Now().Add(expiryInterval))
	assert.Equal(t, []string{"platform.tls.expiring"}, messages(logs))
	identity.cfg.ExpiryWarning = day / 2
	identity.warnOfExpiry(time.Now().Add(2 * expiryInterval))
	assert.Empty(t, messages(logs))
}

func TestModule_FollowsTheFilesAndServesTheirExpiry(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	cfg := filesOf(dir, "order")
	cfg.ReloadInterval = time.Millisecond
	core, logs := observer.New(zap.InfoLevel)
	registry := prometheus.NewRegistry()
	var identity *Identity
	app := fxtest.New(t, fx.NopLogger, fx.Supply(cfg, registry, zap.New(core)), Module("order"), fx.Populate(&identity))
	app.RequireStart()
	t.Cleanup(app.RequireStop)
	require.NoError(t, identity.Start(t.Context()))
	t.Cleanup(func() { _ = identity.Stop(context.Background()) })

	require.NoError(t, dir.Renew(true, 3*day, "order"))
	require.Eventually(t, func() bool { return logs.FilterMessage("certificate replaced").Len() == 1 }, 10*time.Second, time.Millisecond)
	found, err := testutil.GatherAndCount(registry, "tls_certificate_expiry_timestamp_seconds")
	require.NoError(t, err)
	assert.Equal(t, 2, found)
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, metric := range families[0].GetMetric() {
		if metric.GetLabel()[0].GetValue() == "own" {
			assert.InDelta(t, float64(time.Now().Add(3*day).Unix()), metric.GetGauge().GetValue(), 60)
		}
	}
}

func TestNew_CertificateOfAnotherService_IsRefused(t *testing.T) {
	t.Parallel()
	_, err := New("order", filesOf(newDirectory(t), "wallet"), zap.NewNop())
	require.ErrorContains(t, err, `certificate of "wallet", want that of "order"`)
}

func split(t *testing.T, pair []byte) (certificate, key []byte) {
	t.Helper()
	_, rest := pem.Decode(pair)
	return bytes.TrimSuffix(pair, rest), rest
}
