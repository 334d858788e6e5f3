package paymentsim

import (
	"encoding/json"
	"net/http"
)

const idempotencyHeader = "Idempotency-Key"

func (p *Provider) charge(r *http.Request, body []byte, declined bool) reply {
	key := r.Header.Get(idempotencyHeader)
	var o order
	if err := json.Unmarshal(body, &o); err != nil || key == "" || o.Amount < 1 || len(o.Currency) != 3 {
		return invalid("a charge needs an Idempotency-Key, an amount of at least 1 and a currency").reply()
	}
	code := ""
	if declined {
		code = "card_declined"
	}
	c, replayed, no := p.books.charge(key, o, code)
	switch {
	case no != nil:
		return no.reply()
	case c.Status == Declined:
		return cardError(c.DeclineCode)
	}
	return reply{status: http.StatusCreated, replayed: replayed, body: c}
}

func (p *Provider) find(r *http.Request, _ []byte, _ bool) reply {
	c, no := p.books.find(r.PathValue("key"))
	if no != nil {
		return no.reply()
	}
	return reply{status: http.StatusOK, body: c}
}

func (p *Provider) void(r *http.Request, _ []byte, _ bool) reply {
	return reply{status: http.StatusOK, body: p.books.void(r.PathValue("key"))}
}

// cardError is a refusal by the bank of the card.
func cardError(code string) reply {
	return (&problem{http.StatusPaymentRequired, "card_error", code, "the bank of the card refused"}).reply()
}
