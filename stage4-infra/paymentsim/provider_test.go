package paymentsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"shop/paymentsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// caller talks to a provider of its own.
type caller struct {
	t        *testing.T
	provider *paymentsim.Provider
	http     *http.Client
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	provider, err := paymentsim.Listen("127.0.0.1:0", paymentsim.Config{APIKey: "secret", Seed: 1})
	require.NoError(t, err)
	c := &caller{t: t, provider: provider, http: &http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}}
	t.Cleanup(func() {
		c.http.CloseIdleConnections()
		provider.Close()
	})
	return c
}

// do returns the status, 0 when there was no answer, and the code of an error.
func (c *caller) do(method, path, key, body string) (status int, code string) {
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.provider.URL()+path, strings.NewReader(body))
	require.NoError(c.t, err)
	request.GetBody = nil
	request.Header.Set("Authorization", "Bearer secret")
	request.Header.Set("Idempotency-Key", key)
	response, err := c.http.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	var problem struct{ Error struct{ Code string } }
	require.NoError(c.t, json.Unmarshal(raw, &problem), string(raw))
	return response.StatusCode, problem.Error.Code
}

func (c *caller) charge(key string, amount int, source string) (int, string) {
	return c.do(http.MethodPost, "/v1/charges", key, fmt.Sprintf(`{"amount":%d,"currency":"EUR","source":%q}`, amount, source))
}

func (c *caller) void(key string) (int, string) {
	return c.do(http.MethodPost, "/v1/charges/"+key+"/void", "", "")
}

func (c *caller) faults(faults ...paymentsim.Fault) {
	require.NoError(c.t, c.provider.SetFaults(0, faults...))
}

func (c *caller) want(wantStatus int, wantCode string) func(status int, code string) {
	return func(status int, code string) {
		c.t.Helper()
		assert.Equal(c.t, wantStatus, status)
		assert.Equal(c.t, wantCode, code)
	}
}

func TestCharge_SameKey_HappensOnce(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { c.want(http.StatusCreated, "")(c.charge("k", 500, "")) })
	}
	group.Wait()
	c.want(http.StatusUnprocessableEntity, "idempotency_key_reused")(c.charge("k", 501, ""))
	c.want(http.StatusPaymentRequired, "card_declined")(c.charge("d", 500, paymentsim.CardDeclined))
	c.want(http.StatusPaymentRequired, "card_declined")(c.charge("d", 500, paymentsim.CardDeclined))
	c.want(http.StatusBadRequest, "invalid_request")(c.charge("n", 0, ""))
	assert.EqualValues(t, 500, c.provider.Net("EUR"))
}

func TestVoid_BeforeOrAfterTheCharge_Wins(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.want(http.StatusOK, "")(c.void("early"))
	c.want(http.StatusConflict, "charge_voided")(c.charge("early", 500, ""))
	c.want(http.StatusCreated, "")(c.charge("late", 500, ""))
	c.want(http.StatusOK, "")(c.void("late"))
	c.want(http.StatusOK, "")(c.void("late"))
	c.want(http.StatusConflict, "charge_voided")(c.charge("late", 500, ""))
	assert.Zero(t, c.provider.Net("EUR"))
}

func TestFaults(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	once := func(kind string) paymentsim.Fault {
		return paymentsim.Fault{Kind: kind, Operation: paymentsim.OpCharge, Count: 1, DelayMS: 20}
	}
	for _, test := range []struct {
		fault   string
		status  int
		charged bool
	}{
		{paymentsim.FailBefore, http.StatusInternalServerError, false},
		{paymentsim.FailAfter, http.StatusInternalServerError, true},
		{paymentsim.AnswerLost, 0, true},
		{paymentsim.Decline, http.StatusPaymentRequired, false},
		{paymentsim.Twice, http.StatusCreated, true},
		{paymentsim.Delay, http.StatusCreated, true},
	} {
		before := c.provider.Net("EUR")
		c.faults(once(test.fault))
		status, _ := c.charge(test.fault, 100, "")
		assert.Equal(t, test.status, status, test.fault)
		assert.Equal(t, test.charged, c.provider.Net("EUR") == before+100, test.fault)
		status, _ = c.charge(test.fault+" again", 1, "")
		assert.Equal(t, http.StatusCreated, status, "a fault with a count of 1 applies once")
	}
	assert.Error(t, c.provider.SetFaults(0, paymentsim.Fault{Kind: "meteor"}))
}

func TestDelay_CallerDisconnected_StillCharges(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.http.Timeout = 50 * time.Millisecond
	c.faults(paymentsim.Fault{Kind: paymentsim.Delay, Operation: paymentsim.OpCharge, DelayMS: 200})

	status, _ := c.charge("k", 500, "")

	assert.Zero(t, status)
	assert.Zero(t, c.provider.Net("EUR"))
	require.Eventually(t, func() bool { return c.provider.Net("EUR") == 500 }, 5*time.Second, time.Millisecond)
}

func TestFaults_SetOverHTTP_AreDecidedByTheSeed(t *testing.T) {
	t.Parallel()
	pattern := func() (struck string) {
		c := newCaller(t)
		c.want(http.StatusOK, "")(c.do(http.MethodPut, "/faults", "", `{"seed":7,"faults":[{"kind":"fail_before","probability":0.5}]}`))
		for n := range 20 {
			status, _ := c.charge(fmt.Sprint(n), 1, "")
			struck += fmt.Sprint(status/100, " ")
		}
		return struck
	}
	first := pattern()
	assert.Equal(t, first, pattern())
	assert.Contains(t, first, "5 ")
	assert.Contains(t, first, "2 ")
	c := newCaller(t)
	c.want(http.StatusBadRequest, "invalid_request")(c.do(http.MethodPut, "/faults", "", `{"faults":[{"kind":"meteor"}]}`))
}

func TestAPIKey_MissingOrWrong_IsUnauthorized(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	for _, header := range []string{"", "secret", "Bearer", "Bearer wrong"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.provider.URL()+"/v1/charges/k/void", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", header)
		response, err := c.http.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode, "%q", header)
	}
}
