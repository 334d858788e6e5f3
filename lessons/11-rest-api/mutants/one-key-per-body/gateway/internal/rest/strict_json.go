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
	if err := checkKeys(json.NewDecoder(bytes.NewReader(raw)), make(map[string]bool)); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
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

// checkKeys reads one value and checks the keys of all objects in it.
func checkKeys(decoder *json.Decoder, seen map[string]bool) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	delim, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	for decoder.More() {
		if delim == '{' {
			if err := checkKey(decoder, seen); err != nil {
				return err
			}
		}
		if err := checkKeys(decoder, seen); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}
