// Hidden checks of the lesson on errors. They use only names that the lesson gives.
package reply_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

const zzeCause = "dial tcp 10.0.0.7:5432: refused"

func zzeFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzeAnswer is what the client got, and what the gateway kept for its log line.
type zzeAnswer struct {
	*httptest.ResponseRecorder
	kept    []*gin.Error
	runs    bool // a handler after the one that failed
	decoded map[string]any
}

// zzeAsk lets a handler answer through the router, as in the gateway.
func zzeAsk(t *testing.T, handler gin.HandlerFunc) zzeAnswer {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	a := zzeAnswer{ResponseRecorder: httptest.NewRecorder()}
	router := gin.New()
	router.Use(func(c *gin.Context) {
		c.Next()
		a.kept = c.Errors
	})
	router.GET("/", handler, func(*gin.Context) { a.runs = true })
	router.ServeHTTP(a, httptest.NewRequest(http.MethodGet, "/", nil))
	_ = json.Unmarshal(a.Body.Bytes(), &a.decoded)
	return a
}

func TestZZDomainErrorsHTTP(t *testing.T) {
	for _, row := range []struct {
		code   errs.Code
		status int
	}{
		{errs.NotFound, 404}, {errs.InvalidInput, 400}, {errs.Precondition, 409}, {errs.Conflict, 409}, {errs.AlreadyExists, 409}, {errs.Aborted, 409},
		{errs.Unauthorized, 401}, {errs.Forbidden, 403}, {errs.RateLimited, 429}, {errs.Canceled, 499}, {errs.Internal, 500}, {errs.Unavailable, 503},
		{errs.DeadlineExceeded, 504}, {errs.Code(4711), 500},
	} {
		err := fmt.Errorf("create order: %w", errs.Wrap(errors.New(zzeCause), row.code, "SOME_REASON", "some message"))
		a := zzeAsk(t, func(c *gin.Context) { reply.Error(c, err) })
		zzeJudge(t, a, err, row.status, row.code, "SOME_REASON", "some message")
		if challenge := a.Result().Header.Get("WWW-Authenticate"); (row.status == 401) != (challenge != "") {
			zzeFail(t, "headers", fmt.Sprintf("the header WWW-Authenticate of an answer %d is wrong", row.status), "set for 401 and for nothing else", fmt.Sprintf("%q", challenge), "the starter sets it")
		}
		if retry := a.Result().Header.Get("Retry-After"); (row.status == 429 || row.status == 503) != (retry != "") {
			zzeFail(t, "headers", fmt.Sprintf("the header Retry-After of an answer %d is wrong", row.status), "set for 429 and 503 and for nothing else", fmt.Sprintf("%q", retry), "the starter sets it")
		}
	}
	plain := fmt.Errorf("get: %w", errors.New(zzeCause))
	a := zzeAsk(t, func(c *gin.Context) { reply.Error(c, plain) })
	zzeJudge(t, a, plain, 500, errs.Internal, "INTERNAL", errs.Internal.Message())

	large := fmt.Errorf("read body: %w", errs.New(errs.InvalidInput, "BODY_TOO_LARGE", "the body is too large"))
	a = zzeAsk(t, func(c *gin.Context) { reply.Refuse(c, http.StatusRequestEntityTooLarge, large) })
	zzeJudge(t, a, large, 413, errs.InvalidInput, "BODY_TOO_LARGE", "the body is too large")

	field := reply.Field{Field: "items[0].sku", Message: "is required"}
	deep := fmt.Errorf("decode: %w", &reply.InvalidFields{Fields: []reply.Field{field}})
	for _, c := range []struct {
		what string
		err  error
	}{
		{"an error of Invalid, wrapped,", fmt.Errorf("bind: %w", reply.Invalid(field))},
		{"an error with wrapped InvalidFields as its cause", errs.Wrap(deep, errs.InvalidInput, "INVALID_FIELDS", "the request is not valid")},
	} {
		what, invalid := c.what, c.err
		a = zzeAsk(t, func(c *gin.Context) { reply.Error(c, invalid) })
		zzeJudge(t, a, invalid, 400, errs.InvalidInput, "INVALID_FIELDS", "the request is not valid")
		if fields := fmt.Sprint(a.decoded["fields"]); fields != "[map[field:items[0].sku message:is required]]" {
			zzeFail(t, "fields", "the answer to "+what+" does not name the field", `"fields":[{"field":"items[0].sku","message":"is required"}]`, a.Body.String(),
				"the client shows the message beside the field")
		}
	}
}

func zzeJudge(t *testing.T, a zzeAnswer, err error, status int, code errs.Code, reason, message string) {
	t.Helper()
	if a.Code != status {
		zzeFail(t, "status", fmt.Sprintf("a wrapped error with the code %v gets the wrong HTTP status", code), fmt.Sprint(status), fmt.Sprint(a.Code),
			"proxies, clients and dashboards look at the status alone: 4xx is a fault of the request, 5xx one of the system")
	}
	if strings.Contains(a.Body.String(), "10.0.0.7") || strings.Contains(a.Body.String(), "create order") {
		zzeFail(t, "shown", "the answer shows what belongs in the log", fmt.Sprintf("code %d, reason %s, message %q", code, reason, message), a.Body.String(), "causes have addresses, queries and names in them")
	}
	want := fmt.Sprintf("code %d, reason %s, message %s", code, reason, message)
	if seen := fmt.Sprintf("code %v, reason %v, message %v", a.decoded["code"], a.decoded["reason"], a.decoded["message"]); seen != want {
		zzeFail(t, "body", "the body of an error is wrong", want, a.Body.String(), "clients decide by code and reason, and show the message")
	}
	if len(a.kept) != 1 || !errors.Is(a.kept[0].Err, err) || !strings.Contains(a.kept[0].Err.Error(), err.Error()) {
		zzeFail(t, "log", "the gateway's log line does not get the error once and whole", fmt.Sprintf("c.Errors has %q", err), fmt.Sprintf("%d errors: %v", len(a.kept), a.kept),
			"the logger writes the last of c.Errors; the client does not get the cause, so this is the only place")
	}
	if a.runs {
		zzeFail(t, "abort", "a handler runs after the request was refused", "no handler", "it has run", "it would write a second answer after the first, or do what was refused")
	}
}
