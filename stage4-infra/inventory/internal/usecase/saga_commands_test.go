package usecase_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/publisher"
	"shop/inventory/internal/usecase"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/platform/outbox"
	"shop/platform/paralleltest"
	"shop/platform/postgres"
)

func (i *inventory) commands(process *crashtest.Process) *usecase.SagaCommands {
	writer := outbox.NewWriter(config.Defaults[outbox.Config](), clock.System)
	return usecase.NewSagaCommands(process.Tx(postgres.NewTxManager(i.pool)), i.steps, publisher.NewReplies(writer))
}

// replies returns what is stored for the saga in the outbox, oldest first: action, outcome and reason.
func (i *inventory) replies(sagaID string) (seen []string) {
	i.t.Helper()
	rows, err := i.pool.Query(i.t.Context(), `
		SELECT concat_ws(' ', payload->>'action', payload->>'outcome', payload->>'reason', payload->>'code')
		FROM outbox_events WHERE event_type = 'order.saga.reply' AND aggregate_type = 'saga' AND aggregate_id = $1 ORDER BY seq`, sagaID)
	require.NoError(i.t, err)
	seen, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(i.t, err)
	return seen
}

const (
	done       = "SAGA_ACTION_ACT SAGA_OUTCOME_DONE"
	undone     = "SAGA_ACTION_COMPENSATE SAGA_OUTCOME_DONE"
	actRefused = "SAGA_ACTION_ACT SAGA_OUTCOME_REFUSED "
)

func TestCommands_Repeated_HaveOneEffectAndTheSameReply(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step, commands := reservation(oneTea), i.commands(&crashtest.Process{})

	for _, err := range paralleltest.Together(5, func(int) error { return commands.Reserve(t.Context(), step) }) {
		require.NoError(t, err)
	}

	i.wantStock("tea", 9, 1)
	assert.Equal(t, []string{done, done, done, done, done}, i.replies(step.SagaID), "every command has its reply")
}

func TestCommands_Refused_StayRefused(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(1, "tea")
	step, commands := reservation(dto.Item{SKU: "tea", Quantity: 2}), i.commands(&crashtest.Process{})
	require.NoError(t, commands.Reserve(t.Context(), step))
	i.stocked(10, "tea")

	require.NoError(t, commands.Reserve(t.Context(), step))

	refused := actRefused + "INSUFFICIENT_STOCK PRECONDITION_FAILED"
	assert.Equal(t, []string{refused, refused}, i.replies(step.SagaID))
	i.wantStock("tea", 11, 0)
}

func TestCommands_ReleaseBeforeReserve_RefusesTheReserve(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step, commands := reservation(oneTea), i.commands(&crashtest.Process{})

	require.NoError(t, commands.Release(t.Context(), undo(step)))
	require.NoError(t, commands.Reserve(t.Context(), step))

	assert.Equal(t, []string{undone, actRefused + "STEP_COMPENSATED ABORTED"}, i.replies(step.SagaID))
	i.wantStock("tea", 10, 0)
}

func TestCommands_SecondReservationOfAnOrder_IsRefusedAndNotStored(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	first, commands := reservation(oneTea), i.commands(&crashtest.Process{})
	require.NoError(t, commands.Reserve(t.Context(), first))
	second := reservation(oneTea)
	second.OrderID = first.OrderID

	require.NoError(t, commands.Reserve(t.Context(), second))

	assert.Equal(t, []string{actRefused + "RESERVATION_EXISTS CONFLICT"}, i.replies(second.SagaID))
	i.wantStock("tea", 9, 1)
}

func TestCommands_Ship_RemovesTheStock(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea", "cup")
	commands := i.commands(&crashtest.Process{})
	known, unknown := shipping(i.reserved()), shipping(reservation(oneTea))

	require.NoError(t, commands.Ship(t.Context(), known))
	require.NoError(t, commands.Ship(t.Context(), unknown))

	assert.Equal(t, []string{done}, i.replies(known.SagaID))
	assert.Equal(t, []string{actRefused + "RESERVATION_NOT_FOUND NOT_FOUND"}, i.replies(unknown.SagaID))
	i.wantStock("tea", 8, 0)
}

func TestCommands_WithoutAValidSaga_HaveNoReply(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	step := reservation(oneTea)
	step.SagaID = "42"

	assert.Equal(t, errs.InvalidInput, errs.CodeOf(i.commands(&crashtest.Process{}).Reserve(t.Context(), step)))

	assert.Empty(t, i.replies(step.SagaID))
}

// The broker delivers the command again until it gets an answer: after a crash anywhere the effect is there once, and there is a reply.
func TestCommands_CrashAtAnyPoint_EndWithOneEffectAndAReply(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	for diesAt := int64(1); ; diesAt++ {
		step, victim := reservation(oneTea), &crashtest.Process{DiesAt: diesAt}
		err := i.commands(victim).Reserve(t.Context(), step)
		if victim.IsDead() {
			require.ErrorIs(t, err, crashtest.ErrDead)
			require.NoError(t, i.commands(&crashtest.Process{}).Reserve(t.Context(), step))
		}
		assert.NotEmpty(t, i.replies(step.SagaID))
		i.wantStock("tea", 9, 1)
		require.NoError(t, i.commands(&crashtest.Process{}).Release(t.Context(), undo(step)))
		i.wantStock("tea", 10, 0)
		if !victim.IsDead() {
			require.Greater(t, diesAt, int64(2))
			return
		}
	}
}

type brokenReplies struct{ err error }

func (r brokenReplies) Reply(_ context.Context, _ dto.SagaReply) error { return r.err }

func TestCommands_ReplyCannotBeStored_LeaveNothing(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(10, "tea")
	step, full := reservation(oneTea), errors.New("disk full")

	err := usecase.NewSagaCommands(postgres.NewTxManager(i.pool), i.steps, brokenReplies{full}).Reserve(t.Context(), step)

	assert.ErrorIs(t, err, full)
	i.wantStock("tea", 10, 0)
	var rows int
	require.NoError(t, i.pool.QueryRow(t.Context(), "SELECT count(*) FROM processed_events WHERE scope = 'saga'").Scan(&rows))
	assert.Zero(t, rows)
	require.NoError(t, i.commands(&crashtest.Process{}).Reserve(t.Context(), step))
	assert.Equal(t, []string{done}, i.replies(step.SagaID))
}
