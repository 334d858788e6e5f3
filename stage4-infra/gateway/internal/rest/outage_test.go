package rest_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/grpcstatus"
)

func TestOutage_EveryOperation_Returns503(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	conn, err := grpcclient.Dial(listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	g := newGatewayTo(t, conn)

	for _, request := range everyField {
		method, _, _ := strings.Cut(request.operation, " ")
		a := g.do(method, request.target, request.body)

		assert.Equal(t, http.StatusServiceUnavailable, a.Code, request.operation)
		assert.Equal(t, int(errs.Unavailable), a.body.Code, request.operation)
		assert.Equal(t, "1", a.Header().Get("Retry-After"), request.operation)
	}
	assert.Equal(t, len(everyField), strings.Count(g.log.String(), `"level":"error"`))
}

// failing is a connection on which every call ends with the same status.
type failing struct {
	fullResponseConn
	code codes.Code
}

func (f *failing) Invoke(context.Context, string, any, any, ...grpc.CallOption) error {
	return grpcstatus.Parse(status.Error(f.code, "down"))
}

func TestFailedCall_ReturnsStatusOfItsCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]struct {
		status int
		code   errs.Code
	}{
		codes.Unavailable:      {http.StatusServiceUnavailable, errs.Unavailable},
		codes.DeadlineExceeded: {http.StatusGatewayTimeout, errs.DeadlineExceeded},
		codes.Aborted:          {http.StatusConflict, errs.Aborted},
		codes.Internal:         {http.StatusInternalServerError, errs.Internal},
	} {
		a := newGatewayTo(t, &failing{code: code}).do(http.MethodGet, "/v1/stock/tea", "")

		assert.Equal(t, want.status, a.Code, "%v", code)
		assert.Equal(t, int(want.code), a.body.Code, "%v", code)
	}
}

func TestClientThatHangsUp_IsNotLoggedAsError(t *testing.T) {
	t.Parallel()
	g := newGatewayTo(t, &failing{code: codes.Canceled})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/stock/tea", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+g.token())

	g.send(request)

	assert.Contains(t, g.log.String(), `"status":499`)
	assert.NotContains(t, g.log.String(), `"level":"error"`)
}
