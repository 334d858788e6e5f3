package fault

import (
	"context"
	"testing"
	"time"

	walletv1 "shop/gen/wallet/v1"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func TestLinkIsTransparent(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer x", "traceparent", "00-ab-cd-01")
	var head, trail metadata.MD
	answer, err := wallet.Deduct(ctx, &walletv1.DeductRequest{SagaId: "s1"}, grpc.Header(&head), grpc.Trailer(&trail))
	require.NoError(t, err)
	require.EqualValues(t, 42, answer.GetBalance().GetMinorUnits())
	require.Equal(t, []string{"h"}, head.Get("x-head"))
	require.Equal(t, []string{"t"}, trail.Get("x-trail"))
	require.Equal(t, []string{"Bearer x"}, callee.metadata.Get("authorization"))
	require.Equal(t, []string{"00-ab-cd-01"}, callee.metadata.Get("traceparent"))
	require.Greater(t, callee.deadline, 2*time.Second)
	require.LessOrEqual(t, callee.deadline, 3*time.Second, "the caller's deadline must reach the callee")

	calls := link.Calls("Deduct")
	require.Len(t, calls, 1)
	require.Equal(t, "Deduct", calls[0].Name())
	var request walletv1.DeductRequest
	require.NoError(t, calls[0].DecodeRequest(&request))
	require.Equal(t, "s1", request.GetSagaId())
}

func TestLinkForwardsStatusWithDetails(t *testing.T) {
	t.Parallel()
	_, _, wallet := linked(t)
	_, err := wallet.Refund(t.Context(), &walletv1.RefundRequest{})
	got := status.Convert(err)
	require.Equal(t, codes.FailedPrecondition, got.Code())
	require.Equal(t, "nothing to refund", got.Message())
	require.Len(t, got.Details(), 1)
	_, err = wallet.GetWallet(t.Context(), &walletv1.GetWalletRequest{})
	require.Equal(t, codes.Unimplemented, status.Code(err))
}

func TestHeldCallHasNotReachedTheCallee(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	require.NoError(t, deduct(t.Context(), wallet, "s0"))
	hold := link.HoldCall("Deduct", 2)
	require.NoError(t, deduct(t.Context(), wallet, "s1"))
	done := async(func() error { return deduct(t.Context(), wallet, "s2") })
	arrive(t, hold)
	require.Equal(t, []string{"s0", "s1"}, callee.seen())
	var request walletv1.DeductRequest
	require.NoError(t, hold.Call().DecodeRequest(&request))
	require.Equal(t, "s2", request.GetSagaId())
	hold.Release()
	require.NoError(t, <-done)
	require.Equal(t, []string{"s0", "s1", "s2"}, callee.seen())
}

func TestHeldAnswerLeavesTheCallerInDoubt(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	hold := link.HoldAnswer("Deduct", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	done := async(func() error { return deduct(ctx, wallet, "s1") })
	arrive(t, hold)
	require.Equal(t, []string{"s1"}, callee.seen(), "the callee must have done it")
	require.Equal(t, codes.DeadlineExceeded, status.Code(<-done))
	require.True(t, hold.Call().Answered)
	hold.Release()
}

func TestHold_Drop_ReturnsGivenCode(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	hold := link.HoldAnswer("Deduct", 1)
	done := async(func() error { return deduct(t.Context(), wallet, "s1") })
	arrive(t, hold)
	hold.Drop(codes.Aborted)
	require.Equal(t, codes.Aborted, status.Code(<-done))
	require.Equal(t, []string{"s1"}, callee.seen())
	require.NoError(t, deduct(t.Context(), wallet, "s2"))
}

func TestReleasedCallTravelsOnWithoutItsCaller(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	hold := link.HoldCall("Deduct", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.Equal(t, codes.DeadlineExceeded, status.Code(deduct(ctx, wallet, "late")))
	arrive(t, hold)
	hold.Release()
	require.Eventually(t, func() bool { return len(callee.seen()) == 1 }, 5*time.Second, 5*time.Millisecond,
		"a packet under way does not die with its sender")
}

func TestFailures(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	rule := link.FailWith("Deduct", 0, codes.ResourceExhausted)
	require.Equal(t, codes.ResourceExhausted, status.Code(deduct(t.Context(), wallet, "s1")))
	require.Equal(t, codes.ResourceExhausted, status.Code(deduct(t.Context(), wallet, "s2")))
	require.Equal(t, 2, rule.Hits())
	require.Empty(t, callee.seen())
	rule.Remove()
	link.FailAnswer("Deduct", 1, codes.Unavailable)
	require.Equal(t, codes.Unavailable, status.Code(deduct(t.Context(), wallet, "s3")))
	require.Equal(t, []string{"s3"}, callee.seen(), "only the answer was lost")
	require.NoError(t, deduct(t.Context(), wallet, "s4"))
}

func TestOneCallIsSlowForWhatItAsks(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	slow := link.DelayEach(func(call Call) time.Duration {
		request := new(walletv1.DeductRequest)
		if call.DecodeRequest(request) == nil && request.GetSagaId() == "slow" {
			return time.Hour
		}
		return 0
	})
	require.NoError(t, deduct(t.Context(), wallet, "quick"))
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.Equal(t, codes.DeadlineExceeded, status.Code(deduct(short, wallet, "slow")))
	require.Equal(t, []string{"quick"}, callee.seen())
	slow.Remove()
	require.NoError(t, deduct(t.Context(), wallet, "slow"))
}

func TestCutRefusesAndHealAccepts(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	require.NoError(t, deduct(t.Context(), wallet, "s1"))
	link.Cut()
	require.Equal(t, codes.Unavailable, status.Code(deduct(t.Context(), wallet, "s2")))
	require.NoError(t, link.Heal())
	require.Eventually(t, func() bool { return deduct(t.Context(), wallet, "s3") == nil }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"s1", "s3"}, callee.seen())
}

func TestLinkOutlivesItsCallee(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	require.NoError(t, deduct(t.Context(), wallet, "s1"))
	for range 5 {
		callee.server.Stop()
		require.Equal(t, codes.Unavailable, status.Code(deduct(t.Context(), wallet, "lost")))
		callee.start(t)
		begin := time.Now()
		require.NoError(t, link.AwaitCallee(t.Context()))
		require.Less(t, time.Since(begin), time.Second)
		require.NoError(t, deduct(t.Context(), wallet, "s2"), "the first call after AwaitCallee must pass")
	}
}

func TestCallerThatDiesLosesOnlyTheAnswer(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	hold := link.HoldAnswer("Deduct", 1)
	ctx, kill := context.WithCancel(t.Context())
	done := async(func() error { return deduct(ctx, wallet, "s1") })
	arrive(t, hold)
	kill()
	require.Equal(t, codes.Canceled, status.Code(<-done))
	hold.Drop()
	require.Equal(t, []string{"s1"}, callee.seen())
	require.NoError(t, deduct(t.Context(), client(t, link.Addr()), "s2"), "a new caller must be served")
}

func TestClearDropsWhatIsHeld(t *testing.T) {
	t.Parallel()
	_, link, wallet := linked(t)
	hold := link.HoldCall("Deduct", 1)
	done := async(func() error { return deduct(t.Context(), wallet, "s1") })
	arrive(t, hold)
	link.Clear()
	require.Equal(t, codes.Unavailable, status.Code(<-done))
}
