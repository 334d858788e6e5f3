package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
)

func notOneObject(cause error) error {
	return errs.Wrap(cause, errs.InvalidInput, "INVALID_JSON", "expected one JSON object")
}

// treeReader compares JSON with a type while it reads it.
type treeReader struct{ *json.Decoder }

// readTree reads one object that fits into the type of target, and sets target.
func readTree(raw []byte, target any) error {
	reader := treeReader{json.NewDecoder(bytes.NewReader(raw))}
	reader.UseNumber()
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return notOneObject(nil)
	}
	if !json.Valid(raw) {
		return notOneObject(nil)
	}
	if err := reader.value(reflect.TypeOf(target).Elem(), ""); err != nil {
		return err
	}
	if _, err := reader.Token(); err != io.EOF {
		return notOneObject(err)
	}
	return json.Unmarshal(raw, target)
}

func (r treeReader) value(t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := r.Token()
	if err != nil {
		return notOneObject(err)
	}
	switch token {
	case json.Delim('{'):
		if t.Kind() != reflect.Struct {
			return wrongType(path)
		}
		return r.object(t, path)
	case json.Delim('['):
		if t.Kind() != reflect.Slice {
			return wrongType(path)
		}
		for i := 0; r.More(); i++ {
			if err := r.value(t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		_, err := r.Token()
		return err
	}
	return scalar(token, t, path)
}

func scalar(token json.Token, t reflect.Type, path string) error {
	fits := token == nil
	switch value := token.(type) {
	case string:
		fits = t.Kind() == reflect.String
	case bool:
		fits = t.Kind() == reflect.Bool
	case json.Number:
		fits = json.Unmarshal([]byte(value), reflect.New(t).Interface()) == nil && t.Kind() != reflect.String
	}
	if !fits {
		return wrongType(path)
	}
	return nil
}

func wrongType(path string) error {
	return reply.Invalid(reply.Field{Field: path, Message: "does not have the described type"})
}

func (r treeReader) object(t reflect.Type, path string) error {
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = t.Field(i).Type
	}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return notOneObject(err)
		}
		key := token.(string)
		here := strings.TrimPrefix(path+"."+key, ".")
		inner, there := known[key]
		if !there || inner == nil {
			return reply.Invalid(reply.Field{Field: here, Message: "is unknown, or there for the second time"})
		}
		known[key] = nil
		if err := r.value(inner, here); err != nil {
			return err
		}
	}
	_, err := r.Token()
	return err
}
