package main

import (
	"strings"

	"shop/platform/rabbitmq"
)

// settings are those of the command.
type settings struct {
	Broker rabbitmq.Config
	// Queues are those that list shows. AMQP cannot list queues.
	Queues string `env:"DEAD_LETTER_QUEUES" default:"inventory.commands,order.catalogue,order.projector,order.replies,wallet.commands"`
}

func (s settings) queues() []string { return strings.Split(s.Queues, ",") }
