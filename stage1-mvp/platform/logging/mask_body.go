package logging

import (
	"encoding/json"
	"regexp"
)

var (
	// jsonPair finds "key": value even in a text that was cut in the middle of the value.
	jsonPair = regexp.MustCompile(`("(?:[^"\\]|\\.)+")(\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,{}\[\]"]+)`)
	// jsonNested matches a key whose value is a list or an object; where that ends, no pattern can tell.
	jsonNested = regexp.MustCompile(`("(?:[^"\\]|\\.)+")\s*:\s*[\[{]`)
)

// MaskBody is Mask for the body of a request or an answer: the values of sensitive fields are hidden, also when the JSON is cut short.
func MaskBody(text string) string {
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

// isSensitiveKey is IsSensitive for a key as it stands in JSON, where any letter may be written as \u0070.
func isSensitiveKey(quoted string) bool {
	var key string
	return json.Unmarshal([]byte(quoted), &key) == nil && IsSensitive(key)
}
