package payment

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"

	"shop/platform/httpclient"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

// Values in the answers of the provider.
const (
	succeeded = "succeeded"
	declined  = "declined"
	voided    = "voided"

	cardError      = "card_error"
	invalidRequest = "invalid_request"
	requestRefused = "request_refused"

	chargeVoided = "charge_voided"
	noSuchCharge = "no_such_charge"
)

type chargeRequest struct {
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Reference string `json:"reference"`
	Customer  string `json:"customer"`
	Source    string `json:"source"`
}

// answer is the state of a charge, or why the provider refuses.
type answer struct {
	status int

	Key         string  `json:"key"`
	Status      string  `json:"status"`
	Amount      int64   `json:"amount"`
	Currency    string  `json:"currency"`
	DeclineCode string  `json:"decline_code"`
	Problem     problem `json:"error"`
}

type problem struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func parse(response httpclient.Response) (answer, error) {
	a := answer{status: response.Status}
	if err := json.Unmarshal(response.Body, &a); err != nil {
		return answer{}, fmt.Errorf("the payment provider answered %d without the expected JSON: %w", response.Status, err)
	}
	return a, nil
}

// ofCharge returns nil only for the charge of this payment: a 200 from a proxy proves nothing.
func (a answer) ofCharge(p *domain.Payment) error {
	if a.status == http.StatusCreated && a.Status == succeeded && a.isCharge(p) {
		return nil
	}
	return a.refusal()
}

func (a answer) ofFind(p *domain.Payment) error {
	if a.status != http.StatusOK || a.Key != p.ID() {
		if a.status == http.StatusNotFound && a.Problem.Code == noSuchCharge {
			return payment.ErrNoCharge
		}
		return a.unclear()
	}
	switch {
	case a.Status == succeeded && a.isCharge(p):
		return nil
	case a.Status == declined:
		return &payment.Refusal{Reason: word(a.DeclineCode)}
	case a.Status == voided:
		return &payment.Refusal{Voided: true, Reason: chargeVoided}
	default:
		return a.unclear()
	}
}

func (a answer) ofVoid(p *domain.Payment) error {
	if a.status == http.StatusOK && a.Status == voided && a.Key == p.ID() {
		return nil
	}
	return a.unclear()
}

func (a answer) isCharge(p *domain.Payment) bool {
	return a.Key == p.ID() && a.Amount == p.Amount().MinorUnits() && a.Currency == p.Amount().Currency()
}

// refusal returns a *Refusal for the answers that prove that nothing happened: the bank declined, the charge was voided, or the request is
// invalid, as it was in every earlier attempt for the same payment. A wrong API key, a rate limit or a 500 says nothing about an earlier
// attempt.
func (a answer) refusal() error {
	switch {
	case a.status == http.StatusPaymentRequired && a.Problem.Type == cardError,
		a.status == http.StatusBadRequest && a.Problem.Type == invalidRequest,
		a.status == http.StatusConflict && a.Problem.Type == requestRefused:
		return &payment.Refusal{Voided: a.Problem.Code == chargeVoided, Reason: word(a.Problem.Code)}
	default:
		return a.unclear()
	}
}

func (a answer) unclear() error {
	return fmt.Errorf("the payment provider answered %d %s %s", a.status, word(a.Status), word(a.Problem.Code))
}

var machineWord = regexp.MustCompile(`^[A-Za-z0-9_]{0,64}$`)

// word returns text of the provider in a form that may be stored and shown; anything but a plain word becomes "unknown".
func word(text string) string {
	if !machineWord.MatchString(text) {
		return "unknown"
	}
	return text
}
