package usecase_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/platform/idempotencystore"
	"shop/platform/paralleltest"
	"shop/platform/postgres"
	"shop/wallet/internal/publisher"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

func (f *fixture) commands(process *crashtest.Process) *usecase.SagaCommands {
	return usecase.NewSagaCommands(process.Tx(postgres.NewTxManager(f.pool)), f.deduct, f.refund, publisher.NewReplies(newOutbox()))
}

// replies returns what is stored for the saga in the outbox, oldest first: action, outcome and reason.
func (f *fixture) replies(sagaID string) (seen []string) {
	f.t.Helper()
	rows, err := f.pool.Query(f.t.Context(), `
		SELECT concat_ws(' ', payload->>'action', payload->>'outcome', payload->>'reason', payload->>'code')
		FROM outbox_events WHERE event_type = 'order.saga.reply' AND aggregate_type = 'saga' AND aggregate_id = $1 ORDER BY seq`, sagaID)
	require.NoError(f.t, err)
	seen, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(f.t, err)
	return seen
}

const (
	done       = "SAGA_ACTION_ACT SAGA_OUTCOME_DONE"
	undone     = "SAGA_ACTION_COMPENSATE SAGA_OUTCOME_DONE"
	actRefused = "SAGA_ACTION_ACT SAGA_OUTCOME_REFUSED "
)

func TestCommands_Repeated_HaveOneEffectAndTheSameReply(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	purchase, commands := f.purchase(10), f.commands(&crashtest.Process{})

	for _, err := range paralleltest.Together(5, func(int) error { return commands.Deduct(t.Context(), purchase) }) {
		require.NoError(t, err)
	}

	assert.Equal(t, []string{done, done, done, done, done}, f.replies(purchase.SagaID), "every command has its reply")
	f.wantBalance(90)
	var payload string
	require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT payload FROM outbox_events WHERE event_type = 'wallet.balance.deducted'").Scan(&payload))
	assert.JSONEq(t, `{"userId": "`+f.user.UserID+`", "amount": {"minorUnits": "-10", "currency": "EUR"},
		"balance": {"minorUnits": "90", "currency": "EUR"}, "sagaId": "`+purchase.SagaID+`", "stepName": "DEDUCT_BALANCE"}`, payload)
}

func TestCommands_Refused_StayRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(1)
	purchase, commands := f.purchase(10), f.commands(&crashtest.Process{})
	require.NoError(t, commands.Deduct(t.Context(), purchase))
	f.funded(100)

	require.NoError(t, commands.Deduct(t.Context(), purchase))

	refused := actRefused + "INSUFFICIENT_BALANCE PRECONDITION_FAILED"
	assert.Equal(t, []string{refused, refused}, f.replies(purchase.SagaID))
	f.wantBalance(101)
}

func TestCommands_RefundBeforeDeduct_RefusesTheDeduct(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	purchase, commands := f.purchase(10), f.commands(&crashtest.Process{})

	require.NoError(t, commands.Refund(t.Context(), undo(purchase)))
	require.NoError(t, commands.Deduct(t.Context(), purchase))

	assert.Equal(t, []string{undone, actRefused + "STEP_COMPENSATED ABORTED"}, f.replies(purchase.SagaID))
	f.wantBalance(100)
}

func TestCommands_SecondDeductionOfASaga_IsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	first, commands := f.purchase(10), f.commands(&crashtest.Process{})
	second := first
	second.StepName = "DEDUCT_AGAIN"
	require.NoError(t, commands.Deduct(t.Context(), first))

	require.NoError(t, commands.Deduct(t.Context(), second))

	assert.Equal(t, []string{done, actRefused + "ALREADY_BOOKED CONFLICT"}, f.replies(first.SagaID))
	f.wantBalance(90)
}

func TestCommands_RefundAfterItsAnswerWasPruned_RepliesAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	purchase, commands := f.purchase(10), f.commands(&crashtest.Process{})
	require.NoError(t, commands.Deduct(t.Context(), purchase))
	require.NoError(t, commands.Refund(t.Context(), undo(purchase)))
	prune := usecase.NewPruneProcessedEvents(usecase.PruneConfig{Batch: 10, Timeout: longTimeout}, idempotencystore.New(f.pool))
	_, err := prune.Execute(t.Context())
	require.NoError(t, err)

	require.NoError(t, commands.Refund(t.Context(), undo(purchase)))

	assert.Equal(t, []string{done, undone, undone}, f.replies(purchase.SagaID))
	f.wantBalance(100)
}

func TestCommands_WithoutAValidSaga_HaveNoReply(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	purchase := f.purchase(10)
	purchase.OrderID = "42"
	commands := f.commands(&crashtest.Process{})

	assert.Equal(t, errs.InvalidInput, errs.CodeOf(commands.Deduct(t.Context(), purchase)))
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(commands.Refund(t.Context(), undo(purchase))))

	assert.Empty(t, f.replies(purchase.SagaID))
}

// The broker delivers the command again until it gets an answer: after a crash anywhere the effect is there once, and there is a reply.
func TestCommands_CrashAtAnyPoint_EndWithOneEffectAndAReply(t *testing.T) {
	t.Parallel()
	shared := newFixture(t)
	for diesAt := int64(1); ; diesAt++ {
		f := *shared
		f.user = dto.Caller{UserID: uuid.NewString()}
		f.funded(100)
		purchase, victim := f.purchase(10), &crashtest.Process{DiesAt: diesAt}
		err := f.commands(victim).Deduct(t.Context(), purchase)
		if victim.IsDead() {
			require.ErrorIs(t, err, crashtest.ErrDead)
			require.NoError(t, f.commands(&crashtest.Process{}).Deduct(t.Context(), purchase))
		}
		assert.NotEmpty(t, f.replies(purchase.SagaID))
		f.wantBalance(90)
		if !victim.IsDead() {
			require.Greater(t, diesAt, int64(2))
			return
		}
	}
}

type brokenReplies struct{ err error }

func (r brokenReplies) Reply(context.Context, dto.SagaReply) error { return r.err }

func TestCommands_ReplyCannotBeStored_LeaveNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	purchase, full := f.purchase(10), errors.New("disk full")

	err := usecase.NewSagaCommands(postgres.NewTxManager(f.pool), f.deduct, f.refund, brokenReplies{full}).Deduct(t.Context(), purchase)

	assert.ErrorIs(t, err, full)
	f.wantBalance(100)
	var rows int
	require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM processed_events WHERE scope = 'saga'").Scan(&rows))
	assert.Zero(t, rows)
	require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM outbox_events").Scan(&rows))
	assert.Zero(t, rows)
}
