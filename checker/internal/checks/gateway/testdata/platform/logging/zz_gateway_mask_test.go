package logging_test

import (
	"fmt"
	"strings"
	"testing"

	"shop/platform/logging"
)

func TestZZGatewayMask(t *testing.T) {
	const logs = "logs are read by many people, copied to many systems, and kept for months"
	for _, c := range []struct{ id, body, keeps string }{
		{"secret", `{"sku":"tea","password":"hunter2"}`, `"sku":"tea"`},
		{"secret", `{"password":"hunter2","n":1}`, `"n":1`},
		{"case", `{"Token" : "hunter2", "n": 1}`, `"n": 1`},
		{"case", `{"NEW_PASSWORD":"hunter2","n":1}`, `"n":1`},
		{"name", `{"client_secret":"hunter2","access_token":"hunter2","private_key":"hunter2","n":1}`, `"n":1`},
		{"number", `{"cvv":77771,"n":1}`, `"n":1`},
		{"number", `{"n":1,"cvv":-77771.5}`, `"n":1`},
		{"quote", `{"password":"with \" a quote hunter2","n":1}`, `"n":1`},
		{"quote", `{"password":"a\\","secret":"\\\"hunter2","n":1}`, `"n":1`},
		{"quote", `{"n":1,"password":"a,b}c]hunter2"}`, `"n":1`},
		{"escaped-key", `{"n":1,"\u0070assword":"hunter2"}`, `"n":1`},
		{"escaped-key", `{"n":1,"pass\u0077ord":"hunter2"}`, `"n":1`},
		{"nested", `{"a":{"secret":"hunter2"},"b":[{"cvv":77771}]}`, ""},
		{"nested", `{"n":1,"token":["hunter2","hunter2"]}`, `"n":1`},
		{"nested", `{"n":1,"secret":{"a":{"b":"hunter2"},"c":"hunter2"}}`, `"n":1`},
		{"nested", `{"n":1,"secret":[[1,{"a":"]"}],"hunter2"]}`, `"n":1`},
		{"cut", `{"n":1,"password":"hunter2`, `"n":1`},
		{"cut", `{"n":1,"password":"with \" a quote hunter2`, `"n":1`},
		{"cut", `{"n":1,"a":{"cvv":77771`, `"n":1`},
		{"cut", `{"n":1,"a":[{"token":["x","hunter2`, `"n":1`},
		{"cut", `{"n":1,"secret":{"a":"hunter2`, `"n":1`},
		{"space", "{\"n\":1,\"password\"\n\t:\r\n \"hunter2\"}", `"n":1`},
		{"text", `{"note":"Bearer hunter2","n":1}`, `"n":1`},
		{"text", `connection of postgres://order:hunter2@db failed`, "connection of"},
		{"harmless", `{"note":"say \"password\" aloud","n":5}`, `"n":5`},
		{"harmless", `{"note":"the token: it is lost","n":5}`, "it is lost"},
		{"harmless", `{"items":[{"sku":"tea","quantity":2}],"total":{"minor_units":1000}}`, `"minor_units":1000`},
		{"harmless", `{"note":"password","n":5}`, `"note":"password"`},
		{"harmless", ``, ""},
	} {
		got := zzgMaskBody(t, c.body)
		what := fmt.Sprintf("MaskBody(%s)", c.body)
		if leak := zzgLeak(got); leak != "" {
			zzgFail(t, zzgFailure{c.id, what, "no secret", got, logs})
		}
		if !strings.Contains(got, c.keeps) {
			zzgFail(t, zzgFailure{"harmless", what, "it still has " + c.keeps, got, "a log without what happened does not help"})
		}
	}
	// Every place where a body can be cut.
	const whole = `{"n":1,"a":{"password":"xxx\"hunter2"},"b":[{"token":"hunter2"}],"cvv":77771,"secret":["hunter2",{"x":"hunter2"}]}`
	for end := range len(whole) {
		if got := zzgMaskBody(t, whole[:end]); zzgLeak(got) != "" {
			zzgFail(t, zzgFailure{"cut", fmt.Sprintf("MaskBody(%s)", whole[:end]), "no secret", got, "a body is cut where the buffer ends, and not where JSON does"})
		}
	}
}

func zzgMaskBody(t *testing.T, body string) string {
	t.Helper()
	defer zzgCrash(t, fmt.Sprintf("MaskBody(%s)", body))
	return logging.MaskBody(body)
}
