package consumer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/messaging"
	"shop/wallet/internal/consumer"
)

func TestHandle_CommandThatNoSagaSends_IsPermanent(t *testing.T) {
	t.Parallel()
	handler := consumer.NewCommands(nil)
	for name, m := range map[string]messaging.Message{
		"not JSON":        {Type: "wallet.balance.deduct", Version: 1, Payload: []byte("42 not JSON")},
		"wrong type":      {Type: "wallet.balance.deduct", Version: 1, Payload: []byte(`{"sagaId": 7}`)},
		"no saga":         {Type: "wallet.balance.deduct", Version: 1, Payload: []byte(`{}`)},
		"empty":           {Type: "wallet.balance.deduct", Version: 1},
		"unknown command": {Type: "wallet.everything.delete", Version: 1, Payload: []byte(`{}`)},
	} {
		assert.True(t, messaging.IsPermanent(handler.Handle(t.Context(), m)), name)
	}
}
