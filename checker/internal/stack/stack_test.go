package stack

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"

	"stagecraft/checker/internal/fault"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const buyer = "11111111-1111-4111-8111-111111111111"

func up(t *testing.T, options Options) *Stack {
	t.Helper()
	begin := time.Now()
	s, err := Start(t.Context(), options)
	require.NoError(t, err)
	t.Logf("%d services serve after %s", len(options.Bins), time.Since(begin))
	t.Cleanup(s.Close)
	return s
}

func all(t *testing.T) Options { return fakes(t, "order", "inventory", "wallet", "gateway") }

func TestPurchaseGoesThroughTheLinks(t *testing.T) {
	t.Parallel()
	var (
		mu  sync.Mutex
		ops []Op
	)
	options := all(t)
	options.Recorder = RecorderFunc(func(op Op) { mu.Lock(); defer mu.Unlock(); ops = append(ops, op) })
	s := up(t, options)
	got, err := s.Shop.CreateOrder(t.Context(), buyer, "k1", Item{SKU: "tea", Quantity: 1, UnitPrice: 500})
	require.NoError(t, err)
	require.True(t, got.OK(), got.String())
	require.Equal(t, "o-k1", got.Data.ID)
	require.Equal(t, buyer, got.Data.BuyerID, "the token must name the user")
	require.Len(t, s.Call("gateway", "order").Calls("CreateOrder"), 1)
	require.Len(t, s.Call("order", "inventory").Calls("Reserve"), 1)
	require.Len(t, s.Call("order", "wallet").Calls("Deduct"), 1)
	require.Len(t, ops, 1)
	require.Equal(t, "create_order", ops[0].Kind)
	require.Equal(t, 201, ops[0].Status)

	refused, err := s.Shop.Do(t.Context(), Ask{Method: "POST", Path: "/v1/orders", Token: "nonsense"})
	require.NoError(t, err)
	require.Equal(t, 401, refused.Status)
	require.Equal(t, 1004, refused.Code)
}

// The scenario that lessons are made of: the wallet has deducted, the order service dies before it knows.
func TestKillBetweenEffectAndAnswer(t *testing.T) {
	t.Parallel()
	s := up(t, all(t))
	hold := s.Call("order", "wallet").HoldAnswer("Deduct", 1)
	done := make(chan Answer[Order], 1)
	go func() {
		answer, _ := s.Shop.CreateOrder(context.Background(), buyer, "k1")
		done <- answer
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, hold.Wait(ctx))
	require.NoError(t, s.Service("order").Kill())
	hold.Drop()
	require.Equal(t, 409, (<-done).Status)
	require.Len(t, s.Service("wallet").Logs().Events("wallet.balance.deducted"), 1)
	begin := time.Now()
	require.NoError(t, s.Service("order").Restart(ctx, map[string]string{"FAKE_MODE": "silent"}))
	t.Logf("order serves again after %s", time.Since(begin))
	require.Eventually(t, func() bool {
		answer, err := s.Shop.CreateOrder(ctx, buyer, "k2")
		return err == nil && answer.OK()
	}, 10*time.Second, 10*time.Millisecond)
	require.Len(t, s.Service("order").Logs().Events("order.service.started"), 1, "the second start was silent")
}

func TestFirstCallAfterARestartPasses(t *testing.T) {
	t.Parallel()
	s := up(t, all(t))
	for range 3 {
		require.NoError(t, s.Service("wallet").Restart(t.Context(), nil))
		answer, err := s.Shop.CreateOrder(t.Context(), buyer, "k")
		require.NoError(t, err)
		require.True(t, answer.OK(), answer.String())
		_, err = s.Wallet.Deduct(s.AsService(t.Context(), buyer), &walletv1.DeductRequest{SagaId: "direct"})
		require.NoError(t, err)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	var (
		mu    sync.Mutex
		kinds []string
	)
	options := fakes(t, "wallet")
	options.OnEvent = func(e fault.Event) { mu.Lock(); defer mu.Unlock(); kinds = append(kinds, e.Kind) }
	s := up(t, options)
	wallet := s.Service("wallet")

	require.NoError(t, wallet.Pause())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Wallet.Deduct(ctx, &walletv1.DeductRequest{})
	require.Equal(t, codes.DeadlineExceeded, status.Code(err), "a paused service answers nothing")
	require.NoError(t, s.Heal())
	require.False(t, wallet.Paused())
	_, err = s.Wallet.Deduct(t.Context(), &walletv1.DeductRequest{})
	require.NoError(t, err)

	exit, err := wallet.Stop(t.Context())
	require.NoError(t, err)
	require.Equal(t, 0, exit.Code)
	require.Less(t, exit.Took, 5*time.Second)
	require.Equal(t, "bye without newline", wallet.Logs().Tail(1)[0].Raw)

	require.NoError(t, wallet.Restart(t.Context(), map[string]string{"FAKE_MODE": "stubborn"}))
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	_, err = wallet.Stop(short)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, wallet.Kill())
	exit, ended := wallet.Exit()
	require.True(t, ended)
	require.Equal(t, "SIGKILL", exit.Signal)
	_, crashed := wallet.Crashed()
	require.False(t, crashed, "the checker killed it itself")
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{"start", "ready", "pause", "resume", "stop", "exit", "start", "ready", "stop", "kill", "exit"}, kinds)
}

func TestServiceThatDoesNotComeUpIsTheLearners(t *testing.T) {
	t.Parallel()
	options := fakes(t, "wallet", "inventory")
	options.ServiceEnv["wallet"]["FAKE_MODE"] = "config"
	_, err := Start(t.Context(), options)
	var failure *StartError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, "wallet", failure.Service)
	require.ErrorContains(t, err, "exited with code 2")
	require.ErrorContains(t, err, "DATABASE_URL is missing", "the reason it gave must be shown")

	options = fakes(t, "wallet")
	options.StartTimeout = 200 * time.Millisecond
	options.ServiceEnv["wallet"]["FAKE_MODE"] = "deaf"
	_, err = Start(t.Context(), options)
	require.ErrorAs(t, err, &failure)
	require.ErrorContains(t, err, "nothing listens")
}

func TestTakenPortIsTriedAgain(t *testing.T) {
	t.Parallel()
	options := fakes(t, "wallet")
	options.ServiceEnv["wallet"]["FAKE_MODE"] = "port"
	options.ServiceEnv["wallet"]["FAKE_MARK"] = filepath.Join(t.TempDir(), "tried")
	s := up(t, options)
	require.NotNil(t, s.Wallet)
}

func TestSecondReplicaHasItsOwnLinks(t *testing.T) {
	t.Parallel()
	s := up(t, all(t))
	second, err := s.StartSecond(t.Context(), "order", map[string]string{"SAGA_SCAN_INTERVAL": "1s"})
	require.NoError(t, err)
	require.Equal(t, "order-2", second.Name)
	require.NotEqual(t, s.Service("order").Addr, second.Addr)
	_, err = orderv1.NewOrderServiceClient(second.Conn()).CreateOrder(t.Context(), &orderv1.CreateOrderRequest{})
	require.NoError(t, err)
	require.Len(t, s.Call("order-2", "wallet").Calls("Deduct"), 1)
	require.Empty(t, s.Call("order", "wallet").Calls("Deduct"))
}

func TestCrashIsSeen(t *testing.T) {
	t.Parallel()
	s := up(t, fakes(t, "wallet"))
	wallet := s.Service("wallet")
	process, err := os.FindProcess(wallet.Pid())
	require.NoError(t, err)
	require.NoError(t, process.Kill())
	<-wallet.Exited()
	exit, crashed := wallet.Crashed()
	require.True(t, crashed)
	require.Equal(t, "ended by SIGKILL", exit.String())
}

func TestCloseEndsEverythingAndKeepsTheLogs(t *testing.T) {
	t.Parallel()
	options := all(t)
	s := up(t, options)
	begin := time.Now()
	s.Close()
	require.Less(t, time.Since(begin), 2*time.Second)
	for _, service := range s.Services() {
		_, ended := service.Exit()
		require.True(t, ended, service.Name)
		require.NotEmpty(t, service.Logs().Events(service.Name+".service.started"))
		require.FileExists(t, filepath.Join(options.LogDir, service.Name+".log"))
	}
}
