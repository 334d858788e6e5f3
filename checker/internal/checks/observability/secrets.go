package observability

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"shop/paymentsim"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

// token matches a JWT, of users and of services.
var token = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)

// secrets sends secrets in every place where clients put them, and looks for them in all that the services show.
func secrets(t *check.T) {
	s := openShop(t)
	random := strings.ReplaceAll(uuid.NewString(), "-", "")
	secret := map[string]string{
		"the password of a login":                    "pw-" + random,
		"the token of a card":                        "tok_card" + random,
		"the token of a card that is declined":       paymentsim.CardDeclined,
		"the value of a cookie":                      "cookie-" + random,
		"a value of the query":                       "query-" + random,
		"a token that is not valid":                  "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0." + random,
		"the API key of the payment provider":        s.Provider.APIKey(),
		"the key that signs the tokens of services":  s.Keys.ServicePrivate,
		"the key that signs the tokens of users":     s.Keys.UserPrivate,
		"the secret of cursors":                      s.Keys.CursorSecret,
		"the password of the database":               password(t.Lease().Databases["order_db"]),
		"the value of a header that carries a token": "header-" + random,
	}
	t.Step("send secrets in bodies, headers, cookies and queries")
	headers := header("Cookie", "session="+secret["the value of a cookie"], "X-Api-Key", secret["the value of a header that carries a token"])
	query := "token=" + secret["a value of the query"]
	s.do(stack.Ask{Method: http.MethodPost, Path: "/v1/login?" + query, Body: map[string]string{"username": "customer", "password": secret["the password of a login"]}, Header: headers})
	session := s.do(stack.Ask{Method: http.MethodPost, Path: "/v1/login", Body: map[string]string{"username": "customer", "password": "customer"}})
	s.T.True(session.OK(), check.Failure{ID: "answer", Sentence: "the login of a user is refused", Expected: "200", Seen: session.String()})
	s.do(stack.Ask{Method: http.MethodGet, Path: "/v1/orders?" + query, Token: secret["a token that is not valid"], Header: headers})
	s.do(stack.Ask{Method: http.MethodGet, Path: "/v1/wallets/me?currency=EUR&" + query, User: s.Buyer, Header: headers})
	s.do(stack.Ask{Method: http.MethodGet, Path: "/nothing?" + query, Header: headers})
	s.buys(s.purchase("Cookie", "session="+secret["the value of a cookie"]), "a purchase")
	s.answers(s.topUp(secret["the token of a card"]), "a top-up by card", http.StatusCreated)
	s.do(s.topUp(paymentsim.CardDeclined))

	t.Step("let the payment provider and the database of order fail")
	s.T.Ours("let the provider fail", s.Provider.SetFaults(0, paymentsim.Fault{Kind: paymentsim.AnswerLost, Operation: paymentsim.OpCharge, Count: 1}, paymentsim.Fault{Kind: paymentsim.FailBefore, Operation: paymentsim.OpCharge, Count: 1}))
	s.do(s.topUp(secret["the token of a card"]))
	s.do(s.topUp(secret["the token of a card"]))
	var last string
	var begin time.Time
	s.unavailable(func() {
		begin = time.Now()
		last = "last-" + uuid.NewString()
		s.do(stack.Ask{Method: http.MethodGet, Path: "/v1/orders?" + query, User: s.Buyer, Header: header(correlationHeader, last, "Cookie", headers.Get("Cookie"))})
	})

	t.Step("look for them in the log lines, the spans and the metrics")
	s.lines(last, "gateway", "order")
	s.settled(func(all []telemetry.Span) bool { // the spans of the last request are there
		return slices.ContainsFunc(all, func(span telemetry.Span) bool {
			return span.Service == "order" && span.Kind == "server" && span.Failed && !span.Start.Before(begin)
		})
	})
	for _, text := range s.shown() {
		for _, what := range slices.Sorted(maps.Keys(secret)) {
			s.clean(text, what, secret[what])
		}
		if found := token.FindString(text.text); found != "" {
			s.clean(text, "a token", found)
		}
	}
}

// shown is something that an operator sees.
type shown struct{ where, id, text string }

func (s *shop) shown() []shown {
	var all []shown
	for _, service := range stack.Names() {
		for _, line := range s.Service(service).Logs().All() {
			all = append(all, shown{"a log line of " + service, "log", line.Raw})
		}
		all = append(all, shown{"the metrics of " + service, "metric", s.openMetrics(s.T.Context(), service)})
	}
	for _, span := range s.spans.Spans(nil) {
		text := span.Name + "\n" + span.Message + "\n" + strings.Join(span.Events, "\n")
		for _, key := range slices.Sorted(maps.Keys(span.Attributes)) {
			text += "\n" + key + "=" + span.Attributes[key]
		}
		all = append(all, shown{"the span " + describe(span), "span", text})
	}
	return all
}

// clean fails if the text has the secret, and shows the line with the secret hidden.
func (s *shop) clean(text shown, what, secret string) {
	secret = strings.TrimSpace(secret)
	if len(secret) < 8 || !strings.Contains(text.text, secret) {
		return
	}
	for line := range strings.SplitSeq(text.text, "\n") {
		if !strings.Contains(line, secret) && !strings.Contains(secret, "\n") {
			continue
		}
		line = strings.ReplaceAll(line, secret, "‹here›")
		s.T.Fail(check.Failure{
			ID: text.id, Sentence: fmt.Sprintf("%s has %s", text.where, what), Expected: "no secret in what operators see", Seen: line[:min(len(line), 1500)],
			Why: "Logs, traces and metrics are copied, kept and read by more people than production secrets are.",
		})
	}
}

func password(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return ""
	}
	word, _ := u.User.Password()
	return word
}
