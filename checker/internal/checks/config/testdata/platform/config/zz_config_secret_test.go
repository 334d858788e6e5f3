package config_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/template"

	"shop/platform/config"
)

func TestZZConfigSecrets(t *testing.T) {
	const value = "hunter2"
	secret := config.Secret(value)
	if got := secret.Reveal(); got != value {
		zzcFail(t, zzcFailure{"reveal", "Reveal()", value, got, "the code that connects needs the value itself"})
	}
	holder := struct {
		Name   string
		Secret config.Secret
		List   []config.Secret
	}{"db", secret, []config.Secret{secret}}
	printed := map[string]string{"fmt.Sprint": fmt.Sprint(secret), "an error made with %v": fmt.Errorf("connect: %v", secret).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%f", "%10s", "%-3v"} {
		printed["fmt with "+verb] = fmt.Sprintf(verb, secret)
		printed["fmt with "+verb+" of a struct"] = fmt.Sprintf(verb, holder)
		printed["fmt with "+verb+" of a pointer to a struct"] = fmt.Sprintf(verb, &holder)
	}
	if text, err := json.Marshal(holder); err == nil {
		printed["encoding/json"] = string(text)
	}
	if text, err := xml.Marshal(holder); err == nil {
		printed["encoding/xml"] = string(text)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("connect", "url", secret, "all", holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("connect", "url", secret, "all", holder)
	printed["log/slog"] = out.String()
	out.Reset()
	if err := template.Must(template.New("t").Parse("{{.Secret}} {{.}}")).Execute(&out, holder); err == nil {
		printed["text/template"] = out.String()
	}
	for _, how := range zzcSorted(printed) {
		for _, shape := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value), fmt.Sprintf("% x", value)} {
			if strings.Contains(printed[how], shape) {
				zzcFail(t, zzcFailure{"printed", "a secret printed by " + how, "***", printed[how],
					"secrets get into logs by accident: a struct is printed as a whole, a verb does not fit"})
			}
		}
	}
	for _, how := range []string{"fmt.Sprint", "fmt with %d", "encoding/json"} {
		if !strings.Contains(printed[how], "***") {
			zzcFail(t, zzcFailure{"not-masked", "a secret printed by " + how, "***", fmt.Sprintf("%q", printed[how]),
				"a person who reads the log should see that there is a value and that it was left out"})
		}
	}
}

func zzcSorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
