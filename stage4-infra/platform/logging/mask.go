package logging

import (
	"regexp"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const masked = "***"

// sensitiveKeys are the fields whose value is never logged, in any letter case.
var sensitiveKeys = map[string]bool{
	"authorization": true, "cookie": true, "set-cookie": true, "token": true, "access_token": true, "refresh_token": true,
	"passwd": true, "pwd": true, "pass": true, "api_key": true, "private_key": true, "card_number": true, "cvv": true, "cvc": true,
}

// IsSensitive reports whether a field or header of this name must be masked. Names that contain password or secret are included, such as
// new_password and client_secret.
func IsSensitive(key string) bool {
	key = strings.ToLower(key)
	return sensitiveKeys[key] || strings.Contains(key, "password") || strings.Contains(key, "secret")
}

var (
	tokens      = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	bearers     = regexp.MustCompile(`(?i)\bbearer\s+[^\s"',]+`)
	credentials = regexp.MustCompile(`(://[^:/\s@]*:)[^@/\s]+@`)
	cardTokens  = regexp.MustCompile(`\btok_[A-Za-z0-9_]+`)
	// cardNumbers matches the lengths and first digits of card numbers, in one piece or in the groups printed on cards.
	cardNumbers = regexp.MustCompile(`\b(?:[3-6]\d{12,18}|[3-6]\d{3}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|3\d{3}[ -]\d{6}[ -]\d{5})\b`)
	// privateKeys also matches a key that was cut before its end: the rest of the text may be part of it.
	privateKeys = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`)
)

const minCardDigits = 13

// Mask hides tokens, passwords in URLs, private keys and card numbers anywhere in a text. The cheap tests avoid a regular expression for most
// texts.
func Mask(text string) string {
	if strings.Contains(text, "eyJ") {
		text = tokens.ReplaceAllString(text, masked)
	}
	if strings.Contains(text, "://") {
		text = credentials.ReplaceAllString(text, "${1}"+masked+"@")
	}
	if strings.Contains(text, "PRIVATE KEY") {
		text = privateKeys.ReplaceAllString(text, masked)
	}
	text = bearers.ReplaceAllString(text, "Bearer "+masked)
	if strings.Contains(text, "tok_") {
		text = cardTokens.ReplaceAllString(text, "tok_"+masked)
	}
	if digits(text) >= minCardDigits {
		text = cardNumbers.ReplaceAllString(text, masked)
	}
	return text
}

func digits(text string) (n int) {
	for i := range len(text) {
		if '0' <= text[i] && text[i] <= '9' {
			n++
		}
	}
	return n
}

// maskingCore masks fields on their way to the encoder, so that no call site can forget to.
type maskingCore struct{ zapcore.Core }

func (c *maskingCore) With(fields []zap.Field) zapcore.Core {
	return &maskingCore{c.Core.With(maskFields(fields))}
}

func (c *maskingCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

func (c *maskingCore) Write(entry zapcore.Entry, fields []zap.Field) error {
	entry.Message = Mask(entry.Message)
	return c.Core.Write(entry, maskFields(fields))
}

func maskFields(fields []zap.Field) []zap.Field {
	out := make([]zap.Field, len(fields))
	for i, field := range fields {
		out[i] = maskField(field)
	}
	return out
}
