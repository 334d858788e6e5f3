package logging

import "regexp"

// MaskBody is Mask for the body of a request or an answer: it also hides the values of sensitive fields, even if the JSON is cut short.
func MaskBody(text string) string {
	// TODO: which values does only their name give away?
	return Mask(text)
}

//stagecraft:drop
var jsonPair = regexp.MustCompile(``)

//stagecraft:drop
var jsonNested = regexp.MustCompile(``)

//stagecraft:drop
func isSensitiveKey(quoted string) bool { return false }
