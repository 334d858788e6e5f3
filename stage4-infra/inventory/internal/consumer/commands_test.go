package consumer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/inventory/internal/consumer"
	"shop/platform/messaging"
)

func TestHandle_CommandThatNoSagaSends_IsPermanent(t *testing.T) {
	t.Parallel()
	handler := consumer.NewCommands(nil)
	for name, m := range map[string]messaging.Message{
		"not JSON":        {Type: "inventory.stock.reserve", Version: 1, Payload: []byte("42 not JSON")},
		"wrong type":      {Type: "inventory.stock.reserve", Version: 1, Payload: []byte(`{"sagaId": 7}`)},
		"no saga":         {Type: "inventory.stock.reserve", Version: 1, Payload: []byte(`{}`)},
		"empty":           {Type: "inventory.stock.reserve", Version: 1},
		"unknown command": {Type: "inventory.everything.delete", Version: 1, Payload: []byte(`{}`)},
	} {
		assert.True(t, messaging.IsPermanent(handler.Handle(t.Context(), m)), name)
	}
}
