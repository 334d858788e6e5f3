package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"

	"bench/broker"
)

// startStage2 starts stage 2, whose purchases are accepted at once. A purchase counts when its event says that it is paid.
func startStage2(ctx context.Context, e *environment) (*system, error) {
	vhost, err := broker.Create(ctx, e.cfg.rabbit, e.cfg.api, e.prefix())
	if err != nil {
		return nil, err
	}
	e.vhost = vhost
	redis := "REDIS_URL=" + e.cfg.redis
	s, services, err := startShop(ctx, e, e.cfg.stage2, []string{"RABBITMQ_URL=" + vhost.Address, redis})
	if err != nil {
		return nil, err
	}
	s.brokers = vhost.PIDs
	ends, err := followOrders(vhost.Address)
	if err != nil {
		return nil, err
	}
	s.order = func(ctx context.Context, client int) error {
		accepted, err := services.order(ctx, client, e.cfg.skus)
		if err != nil {
			return err
		}
		return ends.await(ctx, accepted.GetOrder().GetId())
	}
	return s, nil
}

// orderEnds knows which orders are paid or cancelled.
type orderEnds struct {
	mu      sync.Mutex
	ended   map[string]string // by order: the type of the event
	waiting map[string]chan string
}

// followOrders listens to the events of orders in a queue of its own.
func followOrders(address string) (*orderEnds, error) {
	conn, err := amqp.Dial(address)
	if err != nil {
		return nil, err
	}
	ch, err := conn.Channel()
	if err != nil {
		return nil, err
	}
	queue, err := ch.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		return nil, err
	}
	for _, event := range []string{"order.order.paid", "order.order.cancelled"} {
		if err := ch.QueueBind(queue.Name, event, "shop", false, nil); err != nil {
			return nil, err
		}
	}
	deliveries, err := ch.Consume(queue.Name, "", true, true, false, false, nil)
	if err != nil {
		return nil, err
	}
	o := &orderEnds{ended: make(map[string]string), waiting: make(map[string]chan string)}
	go func() {
		for d := range deliveries {
			var event struct {
				OrderID string `json:"orderId"`
			}
			if json.Unmarshal(d.Body, &event) == nil {
				o.end(event.OrderID, d.RoutingKey)
			}
		}
	}()
	return o, nil
}

func (o *orderEnds) end(id, event string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if waiting := o.waiting[id]; waiting != nil {
		delete(o.waiting, id)
		waiting <- event
		return
	}
	o.ended[id] = event
}

func (o *orderEnds) await(ctx context.Context, id string) error {
	o.mu.Lock()
	event, known := o.ended[id]
	delete(o.ended, id)
	waiting := make(chan string, 1)
	if !known {
		o.waiting[id] = waiting
	}
	o.mu.Unlock()
	if !known {
		select {
		case event = <-waiting:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if event != "order.order.paid" {
		return fmt.Errorf("order %s: %s", id, event)
	}
	return nil
}
