package rest

import (
	"encoding/json"
	"strings"
)

// checkKey rejects upper case because the decoder would take "Currency" for "currency".
func checkKey(decoder *json.Decoder, seen map[string]bool) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	key, _ := token.(string)
	switch {
	case key != strings.ToLower(key):
		return &strangeKeyError{key, "is not known"}
	}
	seen[key] = true
	return nil
}
