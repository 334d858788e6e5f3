package usecase

import (
	"encoding/json"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// changeRequest is a request to change one order that has been checked. Without a key the order's id serves as one, and a refusal is not
// remembered: the next attempt may find another state.
type changeRequest struct {
	request
	orderID string
	keyed   bool
}

func newChangeRequest(operation string, caller dto.Caller, id, key string) (changeRequest, error) {
	id, err := orderID(id)
	if err != nil {
		return changeRequest{}, err
	}
	keyed := key != ""
	if !keyed {
		key = "order " + id
	}
	if err := idempotency.CheckKey(key); err != nil {
		return changeRequest{}, err
	}
	hash, err := idempotency.Hash(struct{ OrderID string }{id})
	if err != nil {
		return changeRequest{}, err
	}
	return changeRequest{
		request: request{scope: idempotency.Scope(operation, caller.UserID), key: key, hash: hash}, orderID: id, keyed: keyed,
	}, nil
}

// answer returns the order, or the refusal, in the form in which it is stored.
func (r changeRequest) answer(order *domain.Order, err error) (json.RawMessage, error) {
	if err != nil {
		if !r.keyed {
			return nil, err
		}
		return idempotency.Encode(nil, err)
	}
	return idempotency.Encode(query.FromOrder(order), nil)
}
