package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// level is an object or a list that is open. keys is nil in a list.
//
//stagecraft:add
type level struct {
	keys   map[string]bool
	atName bool
}

// repeatedKey returns a key that is in one object twice, or is not in lower case.
//
//stagecraft:add
func repeatedKey(raw []byte) (key string, found bool) {
	var stack []*level
	decoder := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		var top *level
		if len(stack) > 0 {
			top = stack[len(stack)-1]
		}
		if name, ok := token.(string); ok && top != nil && top.atName {
			if top.keys[name] || strings.ToLower(name) != name {
				return name, true
			}
			top.keys[name], top.atName = true, false
			continue
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, &level{keys: map[string]bool{}, atName: true})
			continue
		case json.Delim('['):
			stack = append(stack, &level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
		if len(stack) > 0 {
			top = stack[len(stack)-1]
			top.atName = top.keys != nil
		}
	}
}

// bodyFault says what is wrong with a body, in the words of the API.
//
//stagecraft:add
type bodyFault struct {
	status        int
	reason, field string
	message       string
	cause         error
}

//stagecraft:add
func readBody(body io.Reader, into any) *bodyFault {
	raw, err := io.ReadAll(body)
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return &bodyFault{http.StatusRequestEntityTooLarge, "BODY_TOO_LARGE", "", "the body is too large", err}
	}
	malformed := &bodyFault{http.StatusBadRequest, "INVALID_JSON", "", "the body must be a JSON object", err}
	if err != nil || !json.Valid(raw) || bytes.TrimSpace(raw)[0] != '{' {
		return malformed
	}
	if key, found := repeatedKey(raw); found {
		return &bodyFault{http.StatusBadRequest, "INVALID_FIELDS", key, "may not be there", nil}
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return &bodyFault{http.StatusBadRequest, "INVALID_FIELDS", wrong.Field, "has the wrong type", err}
	}
	_, quoted, _ := strings.Cut(err.Error(), "unknown field ")
	var name string
	if json.Unmarshal([]byte(quoted), &name) != nil {
		return malformed
	}
	return &bodyFault{http.StatusBadRequest, "INVALID_FIELDS", name, "is not described", err}
}

//stagecraft:drop
type strangeKeyError struct{}

//stagecraft:drop
func (e *strangeKeyError) Error() string { return "" }

//stagecraft:drop
func unmarshal() {}

//stagecraft:drop
func checkKeys() {}

//stagecraft:drop
func checkKey() {}
