package paymentsim

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const maxBody = 64 << 10

// problem is the answer to a request that failed.
type problem struct {
	status  int
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

var (
	unauthorized = &problem{http.StatusUnauthorized, "authentication_error", "invalid_api_key", "a valid API key is required"}
	broken       = &problem{http.StatusInternalServerError, "api_error", "internal", "something went wrong on our side"}
	keyReused    = &problem{http.StatusUnprocessableEntity, "idempotency_error", "idempotency_key_reused", "this key was used with other parameters"}
)

func refusal(status int, code, message string) *problem {
	return &problem{status, "request_refused", code, message}
}

func invalid(message string) *problem {
	return &problem{http.StatusBadRequest, "invalid_request", "invalid_request", message}
}

// reply is an answer to send.
type reply struct {
	status   int
	replayed bool
	body     any
}

func (p *problem) reply() reply { return reply{status: p.status, body: map[string]any{"error": p}} }

// operation carries out one request, each time it arrives.
type operation func(r *http.Request, body []byte, declined bool) reply

func (p *Provider) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/charges", p.serve(OpCharge, p.charge))
	mux.Handle("GET /v1/charges/{key}", p.serve(OpFind, p.find))
	mux.Handle("POST /v1/charges/{key}/void", p.serve(OpVoid, p.void))
	mux.HandleFunc("GET /charges", p.showCharges)
	mux.HandleFunc("GET /faults", p.showFaults)
	mux.HandleFunc("PUT /faults", p.putFaults)
	return mux
}

// serve applies the faults to an operation.
func (p *Provider) serve(name string, do operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.authorized(r) {
			p.answer(w, r, unauthorized.reply(), nil)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			p.answer(w, r, invalid("the body cannot be read").reply(), nil)
			return
		}
		struck := p.faults.draw(name)
		if slow, ok := first(struck, Delay); ok && !p.wait(slow.delay()) {
			return
		}
		if _, ok := first(struck, FailBefore); ok {
			p.answer(w, r, broken.reply(), struck)
			return
		}
		_, declined := first(struck, Decline)
		out := do(r, body, declined)
		if again, ok := first(struck, Twice); ok && p.wait(again.delay()) {
			out = do(r, body, declined)
		}
		if _, ok := first(struck, FailAfter); ok {
			out = broken.reply()
		}
		p.answer(w, r, out, struck)
	})
}

func (p *Provider) authorized(r *http.Request) bool {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && subtle.ConstantTimeCompare([]byte(key), []byte(p.cfg.APIKey)) == 1
}

// wait returns false if the provider closes first.
func (p *Provider) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.closed:
		return false
	}
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request, out reply, struck []Fault) {
	line := fmt.Sprintf("%s %s key=%s: %d", r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), out.status)
	for _, fault := range struck {
		line += ", " + fault.Kind
	}
	p.logf("%s", line)
	if _, lost := first(struck, AnswerLost); lost {
		panic(http.ErrAbortHandler) // the server cuts the connection
	}
	if out.replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	writeJSON(w, out.status, out.body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
