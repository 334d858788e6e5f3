package rest

import "encoding/json"

// checkKey rejects upper case because the decoder would take "Currency" for "currency".
func checkKey(decoder *json.Decoder, seen map[string]bool) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	key, _ := token.(string)
	switch {
	case seen[key]:
		return &strangeKeyError{key, "must be given once"}
	}
	seen[key] = true
	return nil
}
