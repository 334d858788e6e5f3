package httpclient

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"shop/platform/logging"
)

// curl returns the request as a command.
func (c *Client) curl(request Request) string {
	var command strings.Builder
	fmt.Fprintf(&command, "curl -X %s %s", request.Method, c.word(request.URL))
	names := make([]string, 0, len(request.Header))
	for name := range request.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text := name + ": ***"
		if !logging.IsSensitive(name) {
			text = c.word(name + ": " + strings.Join(request.Header[name], ", "))
		} else {
			text = c.word(text)
		}
		command.WriteString(" -H " + text)
	}
	if request.Body != nil {
		command.WriteString(" -d " + c.word(c.loggedBody(request.Body)))
	}
	return command.String()
}

// word escapes what has a meaning in double quotes.
//
//stagecraft:add
func (c *Client) word(text string) string {
	return `"` + strings.NewReplacer("\\", "\\\\", `"`, `\"`, "$", `\$`, "`", "\\`").Replace(c.hidden(text)) + `"`
}

//stagecraft:add
func (c *Client) hidden(text string) string {
	pairs := make([]string, 0, 2*len(c.cfg.Secrets))
	for _, secret := range c.cfg.Secrets {
		if secret.Reveal() != "" {
			pairs = append(pairs, secret.Reveal(), "***")
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (c *Client) loggedBody(body []byte) string {
	text := strings.ToValidUTF8(logging.MaskBody(c.hidden(string(body))), "?")
	if len(text) <= maxLoggedBody {
		return text
	}
	end := maxLoggedBody
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

//stagecraft:drop
func quote(text string) string { return "" }

//stagecraft:drop
func (c *Client) hide(text string) string { return "" }
