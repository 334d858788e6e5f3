package main

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	amqp "github.com/rabbitmq/amqp091-go"
	"golang.org/x/sync/errgroup"

	"shop/platform/messaging"
)

// The bare loop is what the servers allow: the smallest table, a batch of pipelined confirms in one transaction, no order, no retry, and
// locks that last until the transaction ends.
const (
	bareSchema = `
CREATE TABLE bare_outbox (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	message_id   uuid NOT NULL,
	aggregate_id uuid NOT NULL,
	sequence     bigint NOT NULL,
	type         text NOT NULL,
	payload      bytea NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT now(),
	sent_at      timestamptz
);
CREATE INDEX bare_outbox_unsent ON bare_outbox (id) WHERE sent_at IS NULL;`

	bareClaim = `SELECT id, message_id, aggregate_id, sequence, type, payload, created_at FROM bare_outbox WHERE sent_at IS NULL
		ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`
	bareMark = `UPDATE bare_outbox SET sent_at = now() WHERE id = ANY ($1)`

	bareBatch = 500
)

var errNotConfirmed = errors.New("a message was not confirmed")

func (e *environment) fillBare(ctx context.Context) error {
	if _, err := e.pool.Exec(ctx, `TRUNCATE bare_outbox RESTART IDENTITY`); err != nil {
		return err
	}
	all := events(e.cfg.rows, e.cfg.aggregates)
	_, err := e.pool.CopyFrom(ctx, pgx.Identifier{"bare_outbox"}, []string{"message_id", "aggregate_id", "sequence", "type", "payload"},
		pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			m := all[i]
			return []any{uuid.MustParse(m.ID), uuid.MustParse(m.AggregateID), m.Sequence, m.Type, m.Payload}, nil
		}))
	if err != nil {
		return err
	}
	_, err = e.pool.Exec(ctx, `ANALYZE bare_outbox`)
	return err
}

func (e *environment) runBare(ctx context.Context, workers int) (result, error) {
	if err := errors.Join(e.emptyQueue(), e.fillBare(ctx)); err != nil {
		return result{}, err
	}
	channels := make([]*amqp.Channel, workers)
	for i := range channels {
		conn, err := amqp.Dial(e.rabbit)
		if err != nil {
			return result{}, err
		}
		defer conn.Close()
		if channels[i], err = conn.Channel(); err != nil {
			return result{}, err
		}
		if err := channels[i].Confirm(false); err != nil {
			return result{}, err
		}
	}
	finish := e.begin()
	var work errgroup.Group
	for _, ch := range channels {
		work.Go(func() error {
			for {
				if n, err := e.bareStep(ctx, ch); err != nil || n == 0 {
					return err
				}
			}
		})
	}
	err := work.Wait()
	return finish(e.cfg.rows), err
}

func (e *environment) bareStep(ctx context.Context, ch *amqp.Channel) (sent int, err error) {
	err = pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, bareClaim, bareBatch)
		if err != nil {
			return err
		}
		var ids []int64
		var confirms []*amqp.DeferredConfirmation
		var (
			id                 int64
			message, aggregate uuid.UUID
			m                  messaging.Message
		)
		_, err = pgx.ForEachRow(rows, []any{&id, &message, &aggregate, &m.Sequence, &m.Type, &m.Payload, &m.OccurredAt}, func() error {
			confirm, err := ch.PublishWithDeferredConfirm(exchange, m.Type, true, false, amqp.Publishing{
				MessageId: message.String(), Type: m.Type, Timestamp: m.OccurredAt, DeliveryMode: amqp.Persistent,
				ContentType: "application/json", Body: m.Payload,
				Headers: amqp.Table{"aggregate_id": aggregate.String(), "sequence": m.Sequence},
			})
			ids, confirms = append(ids, id), append(confirms, confirm)
			m.Payload = nil
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, confirm := range confirms {
			if !confirm.Wait() {
				return errNotConfirmed
			}
		}
		sent = len(ids)
		_, err = tx.Exec(ctx, bareMark, ids)
		return err
	})
	return sent, err
}
