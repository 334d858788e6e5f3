package traffic

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/load"
)

func TestMix_UnknownOperationOrNoWeight_IsRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, Default().Validate())
	require.ErrorContains(t, Mix{"buy": 1}.Validate(), "create_order")
	require.Error(t, Mix{"get_stock": 0}.Validate())
	require.Error(t, Mix{"get_stock": -1, "get_order": 2}.Validate())
}

func TestMix_SameSeed_PicksTheSameInProportion(t *testing.T) {
	t.Parallel()
	mix, counts := Mix{"get_stock": 1, "create_order": 3}, map[string]int{}
	a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		name := mix.pick(a)
		require.Equal(t, name, mix.pick(b))
		counts[name]++
	}
	assert.InDelta(t, 3000, counts["create_order"], 150)
}

func TestTraffic_Answers_AreJudgedByWhatTheyAreWorth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   load.Outcome
	}{
		{200, `{"code":0,"data":{}}`, load.Outcome{Class: load.Good}},
		{204, ``, load.Outcome{Class: load.Good}},
		{503, `{"code":5001,"reason":"OVERLOADED"}`, load.Outcome{Class: load.Shed, Reason: "OVERLOADED"}},
		{429, `{"code":1007,"reason":"RATE_LIMITED"}`, load.Outcome{Class: load.Failed, Reason: "429 RATE_LIMITED"}},
		{500, `oops`, load.Outcome{Class: load.Failed, Reason: "500 NOT_JSON"}},
		{200, `<html>`, load.Outcome{Class: load.Failed, Reason: "200 NOT_JSON"}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		traffic := New(Options{Base: server.URL, Buyers: []Buyer{{}}, Connections: 1})
		assert.Equal(t, c.want, traffic.getWallet(t.Context(), Buyer{}, "", 0), "%d %s", c.status, c.body)
		server.Close()
		assert.Equal(t, load.Outcome{Class: load.Failed, Reason: "connection failed"}, traffic.getWallet(t.Context(), Buyer{}, "", 0))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	traffic := New(Options{Base: "http://127.0.0.1:1", Buyers: []Buyer{{}}})
	assert.Equal(t, load.ReasonNoAnswer, traffic.getWallet(ctx, Buyer{}, "", 0).Reason)
}

func TestTraffic_Cancellations_TakeEachOrderOnceAndMemoryIsBounded(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	created, cancelled := 0, map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodDelete {
			cancelled[r.URL.Path]++
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"code":1003,"reason":"CANNOT_CANCEL"}`))
			return
		}
		created++
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": map[string]any{"id": created}})
	}))
	t.Cleanup(server.Close)
	traffic := New(Options{Base: server.URL, Buyers: []Buyer{{ID: "a"}}, Connections: 1, Mix: Mix{"create_order": 1}})
	for i := range mostKnown + 5 {
		traffic.remember(known{id: string(rune('a' + i%26)), buyer: Buyer{}})
	}
	assert.Len(t, traffic.orders, mostKnown)
	traffic.orders = []known{{id: "x"}, {id: "y"}}
	for range 2 {
		assert.Equal(t, load.Good, traffic.cancelOrder(t.Context(), Buyer{}, "", 0).Class)
	}
	assert.Equal(t, map[string]int{"/v1/orders/x": 1, "/v1/orders/y": 1}, cancelled)
}
