package httpclient

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/logging"
)

const maxLoggedBody = 2000

// log writes one line for each call: the request as a curl command, and the answer.
func (c *Client) log(ctx context.Context, request Request, response Response, took time.Duration, err error) {
	fields := []zap.Field{
		logging.Event("platform.http.called"),
		zap.String("peer", c.cfg.Peer),
		zap.String("curl", c.curl(request)),
		zap.Int64("duration_ms", took.Milliseconds()),
	}
	if err != nil {
		fields = append(fields, logging.Error(err))
	} else {
		fields = append(fields, zap.Int("status", response.Status), zap.String("response_body", c.loggedBody(response.Body)))
	}
	logging.From(ctx).Log(levelOf(response, err), "third party called", fields...)
}

func levelOf(response Response, err error) zapcore.Level {
	if err != nil || response.Status >= http.StatusInternalServerError {
		return zapcore.WarnLevel
	}
	return zapcore.InfoLevel
}

// curl returns the request as a command.
func (c *Client) curl(request Request) string {
	parts := []string{"curl -X " + request.Method, quote(c.hide(request.URL))}
	for _, name := range slices.Sorted(maps.Keys(request.Header)) {
		value := strings.Join(request.Header[name], ", ")
		if logging.IsSensitive(name) {
			value = "***"
		}
		parts = append(parts, "-H "+quote(name+": "+c.hide(value)))
	}
	if request.Body != nil {
		parts = append(parts, "-d "+quote(c.loggedBody(request.Body)))
	}
	return strings.Join(parts, " ")
}

// quote makes the text one word of a shell command.
func quote(text string) string { return strconv.Quote(text) }

// loggedBody masks before it cuts: half a secret is not recognized.
func (c *Client) loggedBody(body []byte) string {
	text := logging.MaskBody(c.hide(string(body)))
	return strings.ToValidUTF8(text[:min(len(text), maxLoggedBody)], "�")
}

// hide masks the configured secrets by their values.
func (c *Client) hide(text string) string {
	for _, secret := range c.cfg.Secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret.Reveal(), "***")
		}
	}
	return text
}
