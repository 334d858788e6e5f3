package logging

import (
	"encoding/json"
	"regexp"
)

var (
	// jsonPair matches "key": value, even if the text was cut in the middle of the value.
	jsonPair = regexp.MustCompile(`("(?:[^"\\]|\\.)+")(\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,{}\[\]"]+)`)
	// jsonNested matches a key whose value is a list or an object. A pattern cannot find the end of the value.
	jsonNested = regexp.MustCompile(`("(?:[^"\\]|\\.)+")\s*:\s*[\[{]`)
)

// MaskBody is Mask for the body of a request or an answer: it also hides the values of sensitive fields, even if the JSON is cut short.
func MaskBody(text string) string {
	if !json.Valid([]byte(text)) {
		return Mask(text)
	}
	for _, at := range jsonNested.FindAllStringSubmatchIndex(text, -1) {
		if isSensitiveKey(text[at[2]:at[3]]) {
			text = text[:at[1]-1] + `"` + masked + `"`
			break
		}
	}
	text = jsonPair.ReplaceAllStringFunc(text, func(pair string) string {
		parts := jsonPair.FindStringSubmatch(pair)
		if !isSensitiveKey(parts[1]) {
			return pair
		}
		return parts[1] + parts[2] + `"` + masked + `"`
	})
	return Mask(text)
}

// isSensitiveKey is IsSensitive for a key as written in JSON, where any letter may be written as \u0070.
func isSensitiveKey(quoted string) bool {
	var key string
	return json.Unmarshal([]byte(quoted), &key) == nil && IsSensitive(key)
}
