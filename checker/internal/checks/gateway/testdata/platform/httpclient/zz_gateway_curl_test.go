package httpclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"shop/platform/config"
	"shop/platform/httpclient"
	"shop/platform/logging"
)

const zzgKey = "zq-key-of-the-shop-77"

// zzgThirdParty is a service of another company, and the line that a call to it leaves in the log.
type zzgThirdParty struct {
	url    string
	answer string
	client *httpclient.Client
}

func zzgNewThirdParty(t *testing.T) *zzgThirdParty {
	t.Helper()
	p := &zzgThirdParty{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, p.answer) }))
	t.Cleanup(server.Close)
	p.url = server.URL
	p.client = httpclient.New(httpclient.Config{
		Peer: "payment", Timeout: 30 * time.Second, MaxResponseBytes: 1 << 20, Secrets: []config.Secret{"", zzgKey, "zq-second-secret"},
	})
	t.Cleanup(p.client.Close)
	return p
}

// call returns the command, the logged answer, and the whole line.
func (p *zzgThirdParty) call(t *testing.T, request httpclient.Request, answer string) (curl, response, line string) {
	t.Helper()
	p.answer = answer
	log := zzgNewLog()
	func() {
		defer zzgCrash(t, request.Method+" "+request.URL)
		_, err := p.client.Do(logging.Into(context.Background(), log.logger), request)
		zzgOurs(t, err)
	}()
	line, fields := log.last(t)
	curl, _ = fields["curl"].(string)
	response, _ = fields["response_body"].(string)
	return curl, response, line
}

// zzgWords are the words that a shell passes to curl.
func zzgWords(t *testing.T, command string) []string {
	t.Helper()
	script := "curl() { printf '%s\\0' \"$#\" curl \"$@\"; }\n" + command + "\n"
	shell := exec.Command("sh", "-c", script)
	shell.Dir = t.TempDir()
	out, err := shell.Output()
	parts := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if err != nil || len(parts) < 2 || fmt.Sprint(len(parts)-2) != parts[0] {
		zzgFail(t, zzgFailure{"quoted", "the command, run by a shell", "one call of curl", fmt.Sprintf("%s prints %q, %v", command, out, err), "it is pasted into a terminal: what is not quoted is run, and a client may have written it"})
	}
	return parts[1:]
}

func (p *zzgThirdParty) repeats(t *testing.T, id, what string, request httpclient.Request, want []string, why string) {
	t.Helper()
	curl, _, _ := p.call(t, request, "{}")
	if !strings.HasPrefix(curl, "curl -X ") {
		zzgFail(t, zzgFailure{"words", what, "a command that begins with curl -X", curl, "the line is pasted into a terminal"})
	}
	if got := zzgWords(t, curl); !slices.Equal(got, want) {
		zzgFail(t, zzgFailure{id, what + ": " + curl, fmt.Sprintf("a shell passes on the words %q", want), fmt.Sprintf("%q", got), why})
	}
}

func TestZZGatewayCurl(t *testing.T) {
	p := zzgNewThirdParty(t)
	const (
		pasted = "the command is pasted into a terminal to see what the third party answers: it must send what the shop has sent"
		logs   = "logs are read by many people, copied to many systems, and kept for months"
	)
	url := p.url + "/v1/charges?a=1&b=2"
	p.repeats(t, "words", "GET without a body and headers", httpclient.Request{Method: "GET", URL: url}, []string{"curl", "-X", "GET", url}, pasted)
	p.repeats(t, "words", "POST with headers and a body", httpclient.Request{
		Method: "POST", URL: url, Header: http.Header{"X-B": {"2"}, "X-C": {"3", "4"}, "Content-Type": {"application/json"}}, Body: []byte(`{"amount":5}`),
	}, []string{"curl", "-X", "POST", url, "-H", "Content-Type: application/json", "-H", "X-B: 2", "-H", "X-C: 3, 4", "-d", `{"amount":5}`}, pasted)
	p.repeats(t, "words", "PUT with an empty body", httpclient.Request{Method: "PUT", URL: url, Body: []byte{}}, []string{"curl", "-X", "PUT", url, "-d", ""}, pasted)
	const evil = "it's `echo a` $(echo b) $HOME \"c\" \\ '; echo d; ' # é * ~ !x"
	body := `{"note":"` + strings.ReplaceAll(strings.ReplaceAll(evil, `\`, `\\`), `"`, `\"`) + "\",\n \"n\":1}"
	p.repeats(t, "quoted", "a call with quotes, spaces and commands in its parts", httpclient.Request{
		Method: "POST", URL: p.url + "/it's?q=$(echo-x)&r=`echo-y`;echo-z", Header: http.Header{"Idempotency-Key": {evil}}, Body: []byte(body),
	}, []string{"curl", "-X", "POST", p.url + "/it's?q=$(echo-x)&r=`echo-y`;echo-z", "-H", "Idempotency-Key: " + evil, "-d", body},
		"it is pasted into a terminal: what is not quoted is run, and a client may have written it")

	for _, c := range []struct {
		id, what string
		request  httpclient.Request
		answer   string
		keeps    string
	}{
		{"header", "the header Authorization", httpclient.Request{Header: http.Header{"Authorization": {"Basic hunter2"}, "X-N": {"1"}}}, "", "X-N: 1"},
		{"header", "the header Cookie", httpclient.Request{Header: http.Header{"Cookie": {"session=hunter2", "b=hunter2"}, "X-N": {"1"}}}, "", "Cookie: ***"},
		{"value", "the key of the shop in a header of any name", httpclient.Request{Header: http.Header{"X-Shop": {"key=" + zzgKey}}}, "", "X-Shop: key=***"},
		{"value", "the key of the shop in the query", httpclient.Request{URL: "/charges?key=" + zzgKey + "&n=1"}, "", "n=1"},
		{"value", "the second secret, twice in the path", httpclient.Request{URL: "/zq-second-secret/zq-second-secret/n"}, "", "/***/***/n"},
		{"value", "the key of the shop in a body that is no JSON", httpclient.Request{Body: []byte("key=" + zzgKey + "&n=1")}, "", "n=1"},
		{"field", "a sensitive field of the body", httpclient.Request{Body: []byte(`{"n":1,"access_token":"hunter2"}`)}, "", "access_token"},
		{"field", "a card in the body", httpclient.Request{Body: []byte(`{"n":1,"pan":"4242424242424242"}`)}, "", "pan"},
		{"answer", "the key of the shop in the answer", httpclient.Request{}, `{"message":"` + zzgKey + ` is not known"}`, "is not known"},
		{"answer", "a sensitive field of the answer", httpclient.Request{}, `{"n":1,"token":"hunter2","card_number":"4242"}`, `n\":1`},
	} {
		c.request.Method, c.request.URL = "POST", p.url+c.request.URL
		_, _, line := p.call(t, c.request, c.answer)
		line = strings.ReplaceAll(line, p.url, "URL") // the port has digits of its own
		for _, secret := range []string{"hunter2", zzgKey, "zq-second-secret", "4242"} {
			if strings.Contains(line, secret) {
				zzgFail(t, zzgFailure{c.id, "a call with " + c.what, "no secret in the line", line, logs})
			}
		}
		if !strings.Contains(line, c.keeps) {
			zzgFail(t, zzgFailure{"harmless", "a call with " + c.what, "it still has " + c.keeps, line, "a line without what was called does not help"})
		}
	}
	zzgLongBodies(t, p)
}

// zzgLongBodies has secrets where a body is cut.
func zzgLongBodies(t *testing.T, p *zzgThirdParty) {
	t.Helper()
	const limit = 2000
	for length := 1; length < len(zzgKey); length += 3 {
		body := strings.Repeat("x", limit-length-1) + " " + zzgKey + " and more" + strings.Repeat("y", 3000)
		curl, response, _ := p.call(t, httpclient.Request{Method: "POST", URL: p.url, Body: []byte(body)}, body)
		for what, logged := range map[string]string{"the command": curl, "the answer": response} {
			if strings.Contains(logged, "zq") || strings.Contains(logged, " z") {
				zzgFail(t, zzgFailure{"cut-first", fmt.Sprintf("%s, with a key that begins %d bytes before the cut at %d", what, length, limit), "nothing of the key", logged[max(0, len(logged)-40):], "half a secret is not recognized any more: mask first, and cut then"})
			}
			if !strings.Contains(logged, strings.Repeat("x", limit-length-1)) || len(logged) > limit+100 {
				zzgFail(t, zzgFailure{"length", fmt.Sprintf("%s, for a body of %d bytes", what, len(body)), fmt.Sprintf("its first %d bytes", limit), fmt.Sprintf("%d bytes", len(logged)), "a line that is too long is dropped by what collects the logs"})
			}
		}
	}
	var line map[string]any
	_, response, text := p.call(t, httpclient.Request{Method: "POST", URL: p.url, Body: []byte(strings.Repeat("€", 1000))}, strings.Repeat("€", 1000))
	if err := json.Unmarshal([]byte(`{"level"`+text), &line); err != nil || !strings.HasPrefix(response, "€€€") || len(response) > limit+2 {
		zzgFail(t, zzgFailure{"length", "an answer of 3,000 bytes, with characters of three bytes", "its first 2,000 bytes", fmt.Sprintf("%d bytes, %v", len(response), err), "a line that is too long is dropped by what collects the logs"})
	}
}
