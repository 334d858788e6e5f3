package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// maxBody is the size of the largest request.
const maxBody = 64 << 10

// Place is where learners find the room and what it hands out.
type Place struct {
	URL     string       // for learners: "http://192.168.1.7:8484"
	Site    http.Handler // the rendered handbook and lessons
	Bundle  string       // the file of the repository; "" when there is none
	Modules string       // the download cache of Go modules; "" when there is none
}

// Serve answers on the listener until ctx ends.
func (r *Room) Serve(ctx context.Context, listener net.Listener, at Place) error {
	handler, err := r.Handler(at)
	if err != nil {
		return err
	}
	web := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       log.New(io.Discard, "", 0),                        // hostile clients would fill the terminal
		BaseContext:    func(net.Listener) context.Context { return ctx }, // the end of ctx ends the streams of boards
	}
	stopped := make(chan error, 1)
	go func() { stopped <- web.Serve(listener) }()
	select {
	case err := <-stopped:
		return fmt.Errorf("serve the room: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if web.Shutdown(end) != nil {
		_ = web.Close() // a download that takes longer is cut off
	}
	return nil
}

// Handler serves the whole room.
func (r *Room) Handler(at Place) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", r.public(at))
	mux.Handle("GET /site/", http.StripPrefix("/site", at.Site))
	mux.HandleFunc("POST /api/join", answer(r.joined))
	mux.HandleFunc("POST /api/reports", answer(r.reported))
	mux.HandleFunc("POST /api/hand", answer(r.raised))
	mux.HandleFunc("POST /api/leave", answer(r.left))
	if err := material(mux, at); err != nil {
		return nil, err
	}
	r.boards(mux, at)
	// A page of another origin can neither act for the instructor nor for a learner.
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h.Set(mark, "1")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		req.Body = http.MaxBytesReader(w, req.Body, maxBody)
		guarded.ServeHTTP(w, req)
	}), nil
}

// answer makes a handler of one that returns what to encode as JSON.
func answer(handle func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		body, err := handle(req)
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(body) // the client is gone
	}
}

func refuse(w http.ResponseWriter, err error) {
	var refusal *Refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &refusal):
		http.Error(w, refusal.Text, refusal.Status)
	case errors.As(err, &large):
		http.Error(w, "the request is larger than 64 KB", http.StatusRequestEntityTooLarge)
	default: // the disk
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

func decode[T any](req *http.Request) (body T, err error) {
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return body, err
		}
		return body, &Refusal{400, "the request cannot be read: the checkers of learner and instructor should be of the same version"}
	}
	return body, nil
}

func (r *Room) joined(req *http.Request) (any, error) {
	body, err := decode[joinRequest](req)
	if err != nil {
		return nil, err
	}
	if err := r.admit(req.RemoteAddr, body.Code); err != nil {
		return nil, err
	}
	if err := r.join(body.Name, body.Token); err != nil {
		return nil, err
	}
	return r.News(), nil
}

// admit compares the code. Wrong ones are limited by address; a whole classroom behind one address is not.
func (r *Room) admit(remote, code string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := remote
	if at, err := netip.ParseAddrPort(remote); err == nil {
		key = at.Addr().Unmap().String()
		if at.Addr().Is6() && !at.Addr().Is4In6() { // a client has all addresses of its network
			prefix, _ := at.Addr().WithZone("").Prefix(64)
			key = prefix.String()
		}
	}
	if len(r.addresses) >= 10_000 {
		clear(r.addresses)
	}
	if r.addresses[key] == nil {
		r.addresses[key] = rate.NewLimiter(rate.Every(5*time.Second), 10)
	}
	now := r.Now()
	if !same(code, r.Code()) {
		if !r.addresses[key].AllowN(now, 1) {
			return &Refusal{429, "too many wrong codes from this address; wait a minute, and take the code from the instructor's board"}
		}
		return &Refusal{403, "this is not the room's code; the instructor's board shows it"}
	}
	if r.addresses[key].TokensAt(now) < 1 { // or the right one could be found by trying
		return &Refusal{429, "too many wrong codes from this address; wait a minute, and take the code from the instructor's board"}
	}
	return nil
}

// token is the learner's, of the Authorization header.
func token(req *http.Request) string {
	return strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
}

func (r *Room) reported(req *http.Request) (any, error) {
	body, err := decode[reportRequest](req)
	if err != nil {
		return nil, err
	}
	if len(body.Reports) > maxBatch {
		return nil, &Refusal{400, fmt.Sprintf("more than %d reports at once", maxBatch)}
	}
	if err := r.member(token(req), func(l *learner) []event { return r.take(l, body.Reports) }); err != nil {
		return nil, err
	}
	return r.News(), nil
}

func (r *Room) raised(req *http.Request) (any, error) {
	body, err := decode[handRequest](req)
	if err != nil {
		return nil, err
	}
	text, _ := printable(body.Text, maxText)
	return struct{}{}, r.member(token(req), func(l *learner) []event {
		switch {
		case body.Up:
			return []event{{Kind: "raised", Learner: l.ID, Text: text}}
		case l.HandAt.IsZero():
			return nil
		}
		return []event{{Kind: "lowered", Learner: l.ID}}
	})
}

func (r *Room) left(req *http.Request) (any, error) {
	return struct{}{}, r.member(token(req), func(l *learner) []event { return []event{{Kind: "left", Learner: l.ID}} })
}

// News returns what learners are told.
func (r *Room) News() News {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := News{Room: r.Name(), Seq: r.news, Lesson: r.lesson.Number, Message: r.message}
	if !r.until.IsZero() {
		n.LeftMS = max(1, r.until.Sub(r.Now()).Milliseconds())
	}
	for _, l := range r.learners {
		if l.Left {
			continue
		}
		n.Learners++
		if w := l.work[r.lesson.Name]; w != nil && !w.passedAt.IsZero() {
			n.Passed++
		}
	}
	return n
}
