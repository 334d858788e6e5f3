package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Ask is any request to the gateway.
type Ask struct {
	// Kind is what the recorder gets; "other" if empty.
	Kind string
	// Method is GET if empty; Path begins with /v1.
	Method, Path string
	// User and Roles make the token; Token is used as it is instead. With neither there is none.
	User  string
	Roles []string
	Token string
	// Key is the Idempotency-Key; Body is encoded as JSON ([]byte is sent as it is).
	Key  string
	Body any
	// Header is added.
	Header http.Header
}

// Do sends any request; Data is the undecoded data.
func (s *Shop) Do(ctx context.Context, request Ask) (Answer[json.RawMessage], error) {
	return ask[json.RawMessage](ctx, s, request)
}

func ask[D any](ctx context.Context, s *Shop, a Ask) (answer Answer[D], err error) {
	request, err := s.build(ctx, a)
	if err != nil {
		return answer, err
	}
	begin := time.Now()
	defer func() {
		answer.Took = time.Since(begin)
		if s.recorder == nil {
			return
		}
		op := Op{
			Kind: a.Kind, Path: a.Path, User: a.User, Key: a.Key, Input: a.Body, Begin: begin, End: time.Now(),
			Status: answer.Status, Code: answer.Code, Err: err,
		}
		if op.Kind == "" {
			op.Kind = "other"
		}
		if answer.OK() {
			op.Output = answer.Data
		}
		s.recorder.Record(op)
	}()
	response, err := plainHTTP.Do(request)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return answer, fmt.Errorf("read answer: %w", err)
	}
	return decode[D](response, raw), nil
}

func (s *Shop) build(ctx context.Context, a Ask) (*http.Request, error) {
	var body io.Reader
	switch content := a.Body.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(content)
	default:
		encoded, err := json.Marshal(content)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, a.Method, s.base+a.Path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	request.GetBody = nil // or net/http would repeat by itself what carries an Idempotency-Key
	for name, values := range a.Header {
		request.Header[name] = values
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if a.Key != "" {
		request.Header.Set("Idempotency-Key", a.Key)
	}
	switch {
	case a.Token != "":
		request.Header.Set("Authorization", "Bearer "+a.Token)
	case a.User != "":
		request.Header.Set("Authorization", "Bearer "+s.keys.User(a.User, a.Roles...))
	}
	return request, nil
}

func decode[D any](response *http.Response, raw []byte) Answer[D] {
	answer := Answer[D]{
		Status: response.StatusCode, Code: -1, Header: response.Header, Raw: raw,
		Replayed: response.Header.Get("Idempotency-Replayed") == "true",
	}
	var envelope struct {
		Code            *int
		Message, Reason string
		Data            json.RawMessage
	}
	if err := json.Unmarshal(raw, &envelope); err != nil || envelope.Code == nil {
		answer.Message = "no JSON envelope: " + string(bytes.TrimSpace(raw[:min(len(raw), 200)]))
		return answer
	}
	answer.Code, answer.Message, answer.Reason = *envelope.Code, envelope.Message, envelope.Reason
	if len(envelope.Data) > 0 {
		if err := json.Unmarshal(envelope.Data, &answer.Data); err != nil {
			answer.Message = "data does not fit: " + err.Error()
		}
	}
	return answer
}
