package middleware_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/middleware"
)

const zzgMaxBody = 200

// zzgBodies lets the gateway's middleware log a request and an answer, and returns what the line has of both.
func zzgBodies(t *testing.T, request, response string) (loggedRequest, loggedResponse string) {
	t.Helper()
	log := zzgNewLog()
	engine := zzgEngine(t)
	engine.Use(middleware.Context(log.logger), middleware.Logger(zzgMaxBody))
	var seen []byte
	whole := response
	engine.POST("/", func(c *gin.Context) {
		seen, _ = io.ReadAll(c.Request.Body)
		for len(response) > 0 { // in pieces, as handlers and networks do
			n := min(7, len(response))
			_, _ = c.Writer.WriteString(response[:n])
			response = response[n:]
		}
	})
	answer := zzgSend(t, engine, zzgProxy, http.MethodPost, "/", request)
	if string(seen) != request || answer.Body.String() != whole {
		zzgFail(t, zzgFailure{"changed", "a request that is logged", "the handler reads the body of the client, and the client that of the handler", fmt.Sprintf("%d of %d bytes, %d of %d bytes", len(seen), len(request), answer.Body.Len(), len(whole)), "a log must not change what it is about"})
	}
	_, fields := log.last(t)
	loggedRequest, _ = fields["request_body"].(string)
	loggedResponse, _ = fields["response_body"].(string)
	return loggedRequest, loggedResponse
}

func TestZZGatewayBody(t *testing.T) {
	const logs = "logs are read by many people, copied to many systems, and kept for months"
	both := func(id, what, body string, fault func(logged string) (expected string), why string) {
		t.Helper()
		first, second := zzgBodies(t, body, body)
		for name, logged := range map[string]string{"request_body": first, "response_body": second} {
			if expected := fault(logged); expected != "" {
				zzgFail(t, zzgFailure{id, name + " of " + what, expected, fmt.Sprintf("%q", logged), why})
			}
		}
	}
	both("secret", `{"username":"ada","password":"hunter2"}`, `{"username":"ada","password":"hunter2"}`, func(logged string) string {
		if zzgLeak(logged) != "" || !strings.Contains(logged, `"username":"ada"`) {
			return "the name and no password"
		}
		return ""
	}, logs)
	both("empty", "an empty body", "", func(logged string) string {
		if logged != "" {
			return "an empty text"
		}
		return ""
	}, "there is nothing to log")
	both("beginning", "a long object", `{"first":"`+strings.Repeat("x", 5000)+`"}`, func(logged string) string {
		if !strings.HasPrefix(logged, `{"first":"xxx`) || len(logged) != zzgMaxBody {
			return fmt.Sprintf("its first %d characters", zzgMaxBody)
		}
		return ""
	}, "the beginning of a body says what it was")
	both("beginning", "an object after white space", " \r\n\t{\"first\":1}", func(logged string) string {
		if !strings.Contains(logged, `{"first":1}`) {
			return "the object"
		}
		return ""
	}, "JSON may begin with white space")
	for _, body := range []string{
		`username=ada&password=hunter2`, `["ada","hunter2"]`, `"hunter2"`, `{'password':'hunter2'}`, `{username:ada,password:hunter2}`,
		`{"password" "hunter2"}`, `{"password":"a"hunter2"}`, `{"n":1} hunter2`, "{\"password\":\"a\nhunter2\"}", "\xff\xfe{\"password\":\"hunter2\"}",
		`<password>hunter2</password>`, "--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--x--",
	} {
		both("not-json", fmt.Sprintf("%q, which is not a JSON object", body), body, func(logged string) string {
			if zzgLeak(logged) != "" || strings.Contains(logged, "ada") || strings.Contains(logged, "assword") {
				return "how long it is, and nothing of it"
			}
			return ""
		}, "only fields of JSON can be masked by their names: a form with a password cannot")
	}
	const card = "4242424242424242"
	for digits := 1; digits < len(card); digits += 3 {
		const beginning = `{"note":"`
		body := beginning + strings.Repeat("x", zzgMaxBody-len(beginning)-digits-1) + " " + card + " and more" + strings.Repeat("y", 900) + `"}`
		both("cut-first", fmt.Sprintf("an object whose first %d characters end after %d of the 16 digits of a card", zzgMaxBody, digits), body, func(logged string) string {
			if strings.Contains(logged, "4") {
				return "no digit of the card"
			}
			return ""
		}, "half a secret is not recognized any more: mask first, and cut then")
	}
	for what, body := range map[string]string{
		"an object that is longer when it is masked": "{" + strings.Repeat(`"cvv":1,`, 24),
		"an object of characters of three bytes":     `{"a":"` + strings.Repeat("€", 300),
		"an object with bytes that are no text":      `{"a":"` + strings.Repeat("\xff", 300),
		"many short objects":                         `{"a":[` + strings.Repeat(`{"cvv":1},`, 40),
	} {
		both("length", what, body, func(logged string) string {
			if n := utf8.RuneCountInString(logged); n > zzgMaxBody || !utf8.ValidString(logged) || strings.Contains(logged, "cvv\":1") {
				return fmt.Sprintf("at most %d characters of valid UTF-8", zzgMaxBody)
			}
			return ""
		}, "a line that is too long or no text is dropped by what collects the logs")
	}
	zzgLargeBody(t)
}

// zzgNowhere is a client that reads everything and keeps nothing.
type zzgNowhere struct{ header http.Header }

func (n zzgNowhere) Header() http.Header         { return n.header }
func (n zzgNowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n zzgNowhere) WriteHeader(int)             {}

// zzgLargeBody sends and answers much more than is logged.
func zzgLargeBody(t *testing.T) {
	t.Helper()
	const piece, pieces = 64 << 10, 32
	log := zzgNewLog()
	engine := zzgEngine(t)
	engine.Use(middleware.Context(log.logger), middleware.Logger(zzgMaxBody))
	part := []byte(strings.Repeat("x", piece))
	engine.POST("/", func(c *gin.Context) {
		_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c.Request.Body}, make([]byte, piece))
		_, _ = c.Writer.WriteString(`{"a":"`)
		for range pieces {
			_, _ = c.Writer.Write(part)
		}
	})
	request := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader(`{"a":"`), io.LimitReader(zzgEndless{}, piece*pieces)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	func() {
		defer zzgCrash(t, "a large body")
		engine.ServeHTTP(zzgNowhere{http.Header{}}, request)
	}()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > piece*pieces/4 {
		zzgFail(t, zzgFailure{"memory", fmt.Sprintf("a request and an answer of %d bytes each, of which %d characters are logged", piece*pieces, zzgMaxBody), "the gateway keeps the beginning", fmt.Sprintf("it needed %d bytes of memory", used), "every request in flight would be in memory twice, for a line in the log"})
	}
}

type zzgEndless struct{}

func (zzgEndless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
