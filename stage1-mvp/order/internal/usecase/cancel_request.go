package usecase

import (
	"encoding/json"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/idempotency"
)

// cancelRequest is a dto.CancelOrder that has been checked.
type cancelRequest struct {
	domain.Request
	caller  dto.Caller
	orderID string
	hash    []byte
	keyed   bool
}

func newCancelRequest(in dto.CancelOrder) (cancelRequest, error) {
	id, err := orderID(in.ID)
	if err != nil {
		return cancelRequest{}, err
	}
	key, keyed := in.IdempotencyKey, in.IdempotencyKey != ""
	if !keyed {
		key = "order " + id
	}
	if err := idempotency.CheckKey(key); err != nil {
		return cancelRequest{}, err
	}
	hash, err := idempotency.Hash(struct{ OrderID string }{id})
	if err != nil {
		return cancelRequest{}, err
	}
	return cancelRequest{
		Request: domain.Request{Scope: idempotency.Scope("order.cancel", in.Caller.UserID), Key: key},
		caller:  in.Caller, orderID: id, hash: hash, keyed: keyed,
	}, nil
}

// refusal returns an answer to remember when the caller chose the key, and otherwise an error, which rolls everything back.
func (r cancelRequest) refusal(err error) (json.RawMessage, error) {
	if !r.keyed {
		return nil, err
	}
	return idempotency.Encode(nil, err)
}
