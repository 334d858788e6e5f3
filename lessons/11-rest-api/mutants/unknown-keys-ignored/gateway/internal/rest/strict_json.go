package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// unmarshal is json.Unmarshal for requests that move money. It rejects unknown fields, which the client may rely on, and duplicate keys, of
// which a proxy may have read the other value.
func unmarshal(raw []byte, into any) error {
	if !json.Valid(raw) { // also what follows the first value
		return errors.New("not one JSON value")
	}
	if err := checkKeys(json.NewDecoder(bytes.NewReader(raw))); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	err := decoder.Decode(into)
	if err == nil {
		return nil
	}
	if quoted, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		if key, err := strconv.Unquote(quoted); err == nil {
			return &strangeKeyError{key, "is not known"}
		}
	}
	return err
}
