package consumer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/order/internal/consumer"
	"shop/platform/messaging"
)

type products struct {
	forgotten []string
	down      error
}

func (p *products) Forget(_ context.Context, skus ...string) error {
	p.forgotten = append(p.forgotten, skus...)
	return p.down
}

func TestCatalogue_ProductChanged_ForgetsTheProduct(t *testing.T) {
	t.Parallel()
	cached := &products{}

	err := consumer.NewCatalogue(cached).Handle(t.Context(), messaging.Message{
		Version: 2, Payload: []byte(`{"sku":"tea","name":"Tea","unitPrice":{"minorUnits":"600","currency":"EUR"},"colour":"green"}`),
	})

	assert.NoError(t, err, "fields of a newer version do not matter")
	assert.Equal(t, []string{"tea"}, cached.forgotten)
}

func TestCatalogue_UnreadableEvent_IsPermanent(t *testing.T) {
	t.Parallel()
	cached := &products{}
	for _, payload := range []string{"", "tea", `{"name":"Tea"}`} {
		err := consumer.NewCatalogue(cached).Handle(t.Context(), messaging.Message{Payload: []byte(payload)})
		assert.True(t, messaging.IsPermanent(err), "%q: %v", payload, err)
	}
	assert.Empty(t, cached.forgotten)
}

func TestCatalogue_RedisDown_IsTriedAgain(t *testing.T) {
	t.Parallel()
	err := consumer.NewCatalogue(&products{down: assert.AnError}).Handle(t.Context(), messaging.Message{Payload: []byte(`{"sku":"tea"}`)})

	assert.ErrorIs(t, err, assert.AnError)
	assert.False(t, messaging.IsPermanent(err))
}
