package usecase

import (
	"encoding/json"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
	"shop/platform/idempotency"
)

// changeRequest is a request to change one order that has been checked. Without a key the order's id serves as one, and a refusal is not
// remembered: the next attempt may find another state.
type changeRequest struct {
	saga.Request
	orderID string
	hash    []byte
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
		Request: saga.Request{Scope: idempotency.Scope(operation, caller.UserID), Key: key}, orderID: id, hash: hash, keyed: keyed,
	}, nil
}

// begin returns the saga for an order that the request has changed, and an answer at once if it has not or must not.
func (r changeRequest) begin(
	order *domain.Order, refusal error, newSaga func(*domain.Order, saga.Request) *saga.Saga,
) (*saga.Saga, json.RawMessage, error) {
	if refusal == nil && len(order.Events()) > 0 {
		return newSaga(order, r.Request), nil, nil
	}
	if refusal != nil {
		if !r.keyed {
			return nil, nil, refusal
		}
		answer, err := idempotency.Encode(nil, refusal)
		return nil, answer, err
	}
	answer, err := idempotency.Encode(query.FromOrder(order), nil)
	return nil, answer, err
}

func decodeAnswer(answer json.RawMessage, replayed bool) (dto.OrderAnswer, error) {
	out := dto.OrderAnswer{Replayed: replayed}
	err := idempotency.Decode(answer, &out.Order)
	return out, err
}
